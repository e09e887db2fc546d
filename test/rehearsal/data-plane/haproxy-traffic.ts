import type { Traffic, Weights } from '../../../scripts/fleet/traffic.ts';
import type { LoadBalancer } from './load-balancer.ts';

/** The listener rule, with the times at which it was written. */
export interface CountedTraffic extends Traffic {
  writes: { at: number; weights: Weights }[];
}

/** The rule that HAProxy holds. */
export function createHaproxyTraffic({ rule, setRule }: LoadBalancer): CountedTraffic {
  const writes: CountedTraffic['writes'] = [];
  return {
    writes,
    read: rule,
    async write(weights) {
      await setRule(weights);
      writes.push({ at: Date.now(), weights });
    },
    remove: () => setRule(undefined),
  };
}
