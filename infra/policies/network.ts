import { asList, at, type Properties, resourcesOf, type Template } from './template.ts';

interface Rule {
  /** The rule's own name, or that of the group it stands in. */
  name: string;
  /** The group that it opens. */
  group: string;
  from: number;
  to: number;
  /** Whom it lets in. */
  source: 'world' | 'range' | 'group';
}

function toRule(name: string, group: string, rule: Properties): Rule {
  const range = rule.CidrIp ?? rule.CidrIpv6;
  const everyPort = String(rule.IpProtocol) === '-1';
  return {
    name,
    group,
    from: everyPort ? 0 : Number(rule.FromPort),
    to: everyPort ? 65_535 : Number(rule.ToPort),
    source:
      range === '0.0.0.0/0' || range === '::/0'
        ? 'world'
        : range === undefined &&
            (rule.SourceSecurityGroupId !== undefined || rule.SourcePrefixListId !== undefined)
          ? 'group'
          : 'range',
  };
}

function ingressOf(template: Template): Rule[] {
  return [
    ...resourcesOf(template, 'AWS::EC2::SecurityGroup').flatMap(({ name, properties }) =>
      asList(properties.SecurityGroupIngress).map((rule) => toRule(name, name, rule as Properties)),
    ),
    ...resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').map(({ name, properties }) =>
      toRule(name, String(at(properties.GroupId, 'Ref')), properties),
    ),
  ];
}

const opens = (rule: Rule, port: number) => rule.from <= port && port <= rule.to;

/** The groups of the load balancers: the only ones that the world may reach. */
function publicGroups(template: Template): Set<string> {
  const groups = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').flatMap(
    ({ properties }) => asList(properties.SecurityGroups).map((group) => String(at(group, 'Ref'))),
  );
  return new Set(groups);
}

/** The world reaches the load balancer, on the web's two ports, and nothing else. */
export function onlyTheLoadBalancerIsOpen(template: Template): string[] {
  const open = publicGroups(template);
  return ingressOf(template).flatMap((rule) => {
    if (!open.has(rule.group)) {
      return rule.source === 'group' ? [] : [`${rule.name}: lets addresses in, not a security group`];
    }
    return rule.from === rule.to && [80, 443].includes(rule.from)
      ? []
      : [`${rule.name}: opens port ${rule.from} to ${rule.to} of the load balancer`];
  });
}

/** Session Manager takes the place of SSH. */
export function noSsh(template: Template): string[] {
  return [
    ...ingressOf(template)
      .filter((rule) => opens(rule, 22))
      .map(({ name }) => `${name}: opens port 22`),
    ...resourcesOf(template, 'AWS::EC2::LaunchTemplate')
      .filter(({ properties }) => at(properties, 'LaunchTemplateData', 'KeyName') !== undefined)
      .map(({ name }) => `${name}: names an SSH key`),
  ];
}

/** A group that says nothing of egress gets a rule that allows all of it. */
export function egressIsNamed(template: Template): string[] {
  return resourcesOf(template, 'AWS::EC2::SecurityGroup').flatMap(({ name, properties }) => {
    const egress = asList(properties.SecurityGroupEgress);
    if (egress.length === 0) return [`${name}: allows every connection outwards`];
    return egress
      .filter((rule) => String(at(rule, 'IpProtocol')) === '-1')
      .map(() => `${name}: allows every protocol outwards`);
  });
}
