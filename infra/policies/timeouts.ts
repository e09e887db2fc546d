import { timeoutChainMistakes } from '../../src/timeout-chain.ts';
import { asList, at, numberOf, resourcesOf, type Template, type Value } from './template.ts';

type Timeouts = Parameters<typeof timeoutChainMistakes>[0];

function attribute(template: Template, list: Value | undefined, key: string): number | undefined {
  const found = asList(list).find((entry) => at(entry, 'Key') === key);
  return numberOf(template, at(found, 'Value'));
}

/** The value that the stack gives the instances for a setting. */
function setting(template: Template, name: string): Value | undefined {
  return resourcesOf(template, 'AWS::SSM::Parameter').find(({ properties }) =>
    String(at(properties.Name, 'Fn::Sub')).endsWith(`/env/${name}`),
  )?.properties.Value;
}

/**
 * The timeouts of load balancer, hooks and target groups fit around those of the service (`inner`: what the
 * service has by default), each hook and target group has the number that the service is told, and a service that
 * drains is out of rotation before it stops accepting.
 */
export function timeoutsFit(template: Template, inner: Timeouts): string[] {
  const [balancer] = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
  const idle = attribute(
    template,
    balancer?.properties.LoadBalancerAttributes,
    'idle_timeout.timeout_seconds',
  );
  const complaints = idle === undefined ? ['the load balancer has no idle timeout'] : [];
  const told = (name: keyof Timeouts, seconds: number | undefined, what: string) => {
    const given = numberOf(template, setting(template, name));
    if (given !== seconds)
      complaints.push(`${what} is ${seconds}, but the instances are told ${given}: ${name}`);
  };
  told('INLET_LB_IDLE_SECONDS', idle, 'the idle timeout');
  const outer = { ...inner, INLET_LB_IDLE_SECONDS: idle ?? 0 };
  for (const { name, properties } of resourcesOf(template, 'AWS::AutoScaling::AutoScalingGroup')) {
    const hooks = asList(properties.LifecycleHookSpecificationList);
    const hook = (key: string) => hooks.find((entry) => at(entry, 'LifecycleHookName') === key);
    if (at(hook('launch'), 'DefaultResult') !== 'ABANDON')
      complaints.push(`${name}: a failed launch is kept`);
    if (at(hook('terminate'), 'DefaultResult') !== 'CONTINUE')
      complaints.push(`${name}: has no hook terminate`);
    const heartbeat = numberOf(template, at(hook('terminate'), 'HeartbeatTimeout'));
    told('INLET_TERMINATION_HOOK_SECONDS', heartbeat, `${name}: the heartbeat`);
    outer.INLET_TERMINATION_HOOK_SECONDS = heartbeat ?? 0;
  }
  for (const { name, properties } of resourcesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup')) {
    const list = properties.TargetGroupAttributes;
    const delay = attribute(template, list, 'deregistration_delay.timeout_seconds');
    told('INLET_DEREGISTRATION_SECONDS', delay, `${name}: the deregistration delay`);
    outer.INLET_DEREGISTRATION_SECONDS = delay ?? 0;
    const noticed =
      Number(properties.HealthCheckIntervalSeconds) * Number(properties.UnhealthyThresholdCount);
    if (!(noticed <= inner.INLET_DRAIN_DELAY_SECONDS)) {
      complaints.push(`${name}: a draining service is noticed after ${noticed} s, when it no longer accepts`);
    }
    const slow = attribute(template, list, 'slow_start.duration_seconds') ?? 0;
    const algorithm = asList(list).find((entry) => at(entry, 'Key') === 'load_balancing.algorithm.type');
    if (slow > 0 && algorithm !== undefined && at(algorithm, 'Value') !== 'round_robin') {
      complaints.push(`${name}: slow start works with round robin only`);
    }
  }
  return [...complaints, ...timeoutChainMistakes(outer)];
}
