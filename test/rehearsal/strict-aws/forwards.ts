import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Members } from './aws-call.ts';
import type { MotoClients } from './moto-clients.ts';

/** Where a rule sends its requests to. */
export interface Forward {
  rule: string;
  loadBalancer: string;
  targets: WeightedTarget[];
}

export interface WeightedTarget {
  targetGroup: string;
  weight: number;
}

/** The target groups of all forward actions among `actions`. A weight that is not given is 1. */
export function weightsOf(actions: (Action | Members)[]): WeightedTarget[] {
  return actions.flatMap(({ Type, TargetGroupArn, ForwardConfig }) => {
    if (Type !== 'forward') return [];
    const tuples: Members[] = ForwardConfig?.TargetGroups ?? [{ TargetGroupArn }];
    return tuples.map((tuple) => ({ targetGroup: tuple.TargetGroupArn, weight: tuple.Weight ?? 1 }));
  });
}

/** Every rule of every listener that forwards, default actions included. */
export async function readForwards({ loadBalancing }: MotoClients): Promise<Forward[]> {
  const forwards: Forward[] = [];
  const { LoadBalancers = [] } = await loadBalancing.describeLoadBalancers();
  for (const { LoadBalancerArn: loadBalancer = '' } of LoadBalancers) {
    const { Listeners = [] } = await loadBalancing.describeListeners({ LoadBalancerArn: loadBalancer });
    for (const { ListenerArn } of Listeners) {
      const { Rules = [] } = await loadBalancing.describeRules({ ListenerArn });
      for (const { RuleArn: rule = '', Actions = [] } of Rules) {
        const targets = weightsOf(Actions);
        if (targets.length > 0) forwards.push({ rule, loadBalancer, targets });
      }
    }
  }
  return forwards;
}
