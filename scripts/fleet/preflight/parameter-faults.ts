import type { Parameter, Template } from '../../../infra/policies/template.ts';
import { nearestName } from './nearest-name.ts';

type Values = Record<string, string>;

export interface ParameterQuestion {
  template: Template;
  /** As the administrator gave them. */
  given: Values;
  /** Those of the stack as it is; empty before there is one. */
  current: Values;
  /** Those that the fleet commands set themselves. */
  own: Values;
  region: string;
}

/** Values of a template's parameters: what is given goes before what the stack has, and that before the defaults. */
export function valuesInEffect(template: Template, ...layers: Values[]): Values {
  const all = Object.assign({}, ...layers) as Values;
  return Object.fromEntries(
    Object.entries(template.Parameters).map(([name, { Default = '' }]) => [
      name,
      all[name] ?? String(Default),
    ]),
  );
}

/** What is wrong with the parameters of a stack, one sentence each. Empty if CloudFormation will take them. */
export function parameterFaults({ template, given, current, own, region }: ParameterQuestion): string[] {
  const names = Object.keys(template.Parameters);
  const single = Object.entries(given).flatMap(([name, value]) => {
    const parameter = template.Parameters[name];
    if (parameter === undefined) return [unknown(name, names)];
    if (name in own && own[name] !== value)
      return [`${name} follows from --fleet and cannot be given: it is ${own[name]}.`];
    return valueFaults(name, value, parameter);
  });
  return [...single, ...contradictions(valuesInEffect(template, current, given), region)];
}

function unknown(name: string, names: string[]): string {
  const meant = nearestName(name, names);
  return `The template has no parameter ${name}${meant ? `. Is ${meant} meant?` : `, only ${names.join(', ')}.`}`;
}

function valueFaults(name: string, value: string, parameter: Parameter): string[] {
  const { Type, AllowedValues, AllowedPattern, MinValue, MaxValue } = parameter;
  if (AllowedValues && !AllowedValues.map(String).includes(value))
    return [`${name} is ${value}, and may be ${AllowedValues.join(' or ')}.`];
  if (AllowedPattern && !new RegExp(`^(?:${AllowedPattern})$`).test(value))
    return [`${name} is ${value}, which ${AllowedPattern} does not match.`];
  if (Type !== 'Number') return [];
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isNaN(number)) return [`${name} is ${value}, and must be a number.`];
  if (MinValue !== undefined && number < MinValue)
    return [`${name} is ${value}, and must not be less than ${MinValue}.`];
  if (MaxValue !== undefined && number > MaxValue)
    return [`${name} is ${value}, and must not be more than ${MaxValue}.`];
  return [];
}

/** Parameters that each are well and together are not: CloudFormation would notice half-way, or never. */
function contradictions(values: Values, region: string): string[] {
  const has = (name: string) => (values[name] ?? '') !== '';
  const faults: string[] = [];
  const needs = (name: string, other: string, why: string) => {
    if (has(name) && !has(other)) faults.push(`${name} needs ${other}: ${why}.`);
  };
  needs('VpcId', 'SubnetIds', 'the load balancer has to be somewhere in that network');
  needs('SubnetIds', 'VpcId', 'without it the stack makes a network of its own');
  needs('InstanceSubnetIds', 'VpcId', 'without it the stack makes a network of its own');
  needs('DomainName', 'HostedZoneId', 'the records are made in that zone');
  needs('HostedZoneId', 'DomainName', 'without it no record is made');
  const subnets = (values.SubnetIds ?? '').split(',').filter((id) => id.trim() !== '');
  // Source: "Application Load Balancers" in their guide, subnets for your load balancer.
  if (has('VpcId') && subnets.length === 1)
    faults.push('SubnetIds names one subnet: the load balancer needs two, in two zones.');
  if (has('VpcId') && values.InstanceNetwork === 'nat')
    faults.push('InstanceNetwork=nat is for the network that the stack makes; VpcId names one of yours.');
  const certificateRegion = (values.CertificateArn ?? '').split(':')[3];
  // Source: "HTTPS listeners for your Application Load Balancer", certificates are regional.
  if (has('CertificateArn') && certificateRegion !== region)
    faults.push(
      `CertificateArn is of ${certificateRegion || 'no region'}: the load balancer takes one of ${region}.`,
    );
  return faults;
}
