import type { Members } from './aws-call.ts';

/** Properties that moto's CloudFormation fails on. */
const unknownToMoto: Record<string, string[]> = {
  // It has no Ipv6CidrBlocks of a VPC, which these are cut from.
  'AWS::EC2::Subnet': ['Ipv6CidrBlock'],
};

/** What moto's CloudFormation cannot delete: a route table, and so the network that it is in. */
const undeletable = ['AWS::EC2::RouteTable', 'AWS::EC2::VPC'];

/**
 * A template as moto can make it, in JSON: parameters out of Parameter Store are strings, whose values the
 * stand-in gives, a few properties are left out, and a few functions written in another way.
 */
export function forMoto(template: Members, region: string): string {
  const copy = rewrite(template, region) as Members;
  for (const parameter of Object.values<Members>(copy.Parameters ?? {})) {
    if (/^AWS::SSM::Parameter::/.test(parameter.Type)) parameter.Type = 'String';
  }
  for (const resource of Object.values<Members>(copy.Resources ?? {})) {
    for (const name of unknownToMoto[resource.Type] ?? []) delete resource.Properties?.[name];
    if (undeletable.includes(resource.Type)) resource.DeletionPolicy = 'Retain';
  }
  return JSON.stringify(copy);
}

function rewrite(value: unknown, region: string): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, region));
  if (typeof value !== 'object' || value === null) return value;
  const { 'Fn::GetAtt': attribute, 'Fn::GetAZs': zonesOf } = value as Members;
  // moto has no such attributes. A full name is the end of the ARN.
  const [resource, name] = attribute ?? [];
  if (name === 'TargetGroupFullName') return partOf(resource, ':', 5);
  if (name === 'LoadBalancerFullName') return partOf(resource, ':loadbalancer/', 1);
  // To moto the empty region is us-east-1; to CloudFormation it is the stack's.
  if (zonesOf === '') return { 'Fn::GetAZs': region };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewrite(item, region)]));
}

function partOf(resource: string, separator: string, index: number) {
  return { 'Fn::Select': [index, { 'Fn::Split': [separator, { Ref: resource }] }] };
}
