import type { Members } from './aws-call.ts';
import type { ExistingResource } from './existing-resources.ts';
import type { ResolvedTemplate } from './stack-template.ts';

/** Properties that moto's CloudFormation fails on. */
const unknownToMoto: Record<string, string[]> = {
  // It has no Ipv6CidrBlocks of a VPC, which these are cut from.
  'AWS::EC2::Subnet': ['Ipv6CidrBlock'],
};

/** What moto's CloudFormation cannot delete: a route table, and so the network that it is in. */
const undeletable = ['AWS::EC2::RouteTable', 'AWS::EC2::VPC'];

const groupType = 'AWS::AutoScaling::AutoScalingGroup';

/** The least sizes of a template's groups, by their names, which moto is not told. */
export function leastSizes({ parsed, values }: ResolvedTemplate): Map<string, number> {
  const resources = Object.values<Members>(parsed.Resources ?? {});
  const textOfValue = (value: Members | string | number): string => {
    if (typeof value !== 'object') return String(value);
    if (value.Ref) return values[value.Ref] ?? '';
    return String(value['Fn::Sub'] ?? '').replaceAll(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  };
  return new Map(
    resources
      .filter(({ Type }) => Type === groupType)
      .map(({ Properties }) => [
        textOfValue(Properties.AutoScalingGroupName),
        Number(textOfValue(Properties.MinSize)),
      ]),
  );
}

interface MotoTemplateOptions {
  region: string;
  /** What the stack takes over. moto cannot, so it is left out, and what refers to it has its name or ARN. */
  imported: ExistingResource[];
  /** Whether the creation fails: then only what its rollback leaves behind is made. */
  isRolledBack?: boolean;
}

/**
 * A template as moto can make it, in JSON: parameters out of Parameter Store are strings, whose values the
 * stand-in gives, a few properties are left out, and a few functions written in another way.
 */
export function forMoto(template: Members, { region, imported, isRolledBack }: MotoTemplateOptions): string {
  const known = new Map(imported.map((one) => [one.resource, one]));
  const copy = rewrite(template, region, known) as Members;
  for (const parameter of Object.values<Members>(copy.Parameters ?? {})) {
    if (/^AWS::SSM::Parameter::/.test(parameter.Type)) parameter.Type = 'String';
  }
  for (const [name, resource] of Object.entries<Members>(copy.Resources ?? {})) {
    if (known.has(name) || (isRolledBack && resource.DeletionPolicy !== 'Retain')) {
      delete copy.Resources[name];
      continue;
    }
    // moto makes a group anew at each update, and fails where it then has to start instances: it starts none.
    if (resource.Type === groupType) Object.assign(resource.Properties, { MinSize: '0' });
    for (const property of unknownToMoto[resource.Type] ?? []) delete resource.Properties?.[property];
    if (undeletable.includes(resource.Type) || resource.DeletionPolicy === 'RetainExceptOnCreate')
      resource.DeletionPolicy = 'Retain';
    if (resource.DependsOn) resource.DependsOn = [resource.DependsOn].flat().filter((on) => !known.has(on));
  }
  if (isRolledBack) {
    delete copy.Outputs;
    copy.Resources.Nothing = { Type: 'AWS::CloudFormation::WaitConditionHandle' };
  }
  return JSON.stringify(copy);
}

type Known = Map<string, ExistingResource>;

function rewrite(value: unknown, region: string, known: Known): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, region, known));
  if (typeof value !== 'object' || value === null) return value;
  const { 'Fn::GetAtt': attribute, 'Fn::GetAZs': zonesOf, 'Fn::Sub': pattern, Ref } = value as Members;
  const [resource, name] = attribute ?? [];
  const referred = known.get(Ref) ?? known.get(resource);
  if (referred) return textOf(referred, name);
  if (typeof pattern === 'string') return { 'Fn::Sub': substitute(pattern, known) };
  // moto has no such attributes. A full name is the end of the ARN.
  if (name === 'TargetGroupFullName') return partOf(resource, ':', 5);
  if (name === 'LoadBalancerFullName') return partOf(resource, ':loadbalancer/', 1);
  // To moto the empty region is us-east-1; to CloudFormation it is the stack's.
  if (zonesOf === '') return { 'Fn::GetAZs': region };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewrite(item, region, known)]));
}

function textOf({ resource, name, arn }: ExistingResource, attribute: string | undefined): string {
  if (attribute === undefined) return name;
  if (attribute === 'Arn') return arn;
  throw new Error(`${attribute} of ${resource}, which is taken over, is not rehearsed`);
}

function substitute(pattern: string, known: Known): string {
  return pattern.replaceAll(/\$\{(\w+)(?:\.(\w+))?\}/g, (variable, resource: string, attribute?: string) => {
    const referred = known.get(resource);
    return referred ? textOf(referred, attribute) : variable;
  });
}

function partOf(resource: string, separator: string, index: number) {
  return { 'Fn::Select': [index, { 'Fn::Split': [separator, { Ref: resource }] }] };
}
