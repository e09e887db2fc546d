import type { AwsCall } from './aws-call.ts';
import type { WeightedTarget } from './forwards.ts';
import type { World } from './world.ts';

/** Weights that a rule had, from a call on. */
export interface ForwardRecord {
  rule: string;
  /** Empty once the rule is gone, or forwards no more. */
  weights: WeightedTarget[];
  action: string;
}

/** Every forward action there ever was. */
export type ForwardHistory = ReturnType<typeof createForwardHistory>;

export function createForwardHistory(world: World) {
  const records: ForwardRecord[] = [];
  const current = new Map<string, string>();
  return {
    records,
    async add({ service, action }: AwsCall) {
      if (service !== 'elasticloadbalancing' && service !== 'cloudformation') return;
      world.forgetForwards();
      const forwards = new Map((await world.forwards()).map(({ rule, targets }) => [rule, targets]));
      for (const rule of new Set([...current.keys(), ...forwards.keys()])) {
        const weights = forwards.get(rule) ?? [];
        const written = JSON.stringify(weights);
        if (current.get(rule) === written) continue;
        current.set(rule, written);
        records.push({ rule, weights, action });
      }
    },
    clear() {
      records.length = 0;
      current.clear();
    },
  };
}
