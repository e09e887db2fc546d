import type { Actions } from '../../../scripts/fleet/program.ts';
import type { StrictAws } from '../strict-aws/start-strict-aws.ts';
import type { Operator } from './operator.ts';

/** The options that the command line fills in by itself. */
export function commands({ actions }: Operator) {
  return {
    up: (parameter: Record<string, string> = {}) => actions.up({ parameter }),
    bake: () => actions.bake({ arch: 'amd64' }),
    release: (version: number, options: Partial<Parameters<Actions['release']>[1]> = {}) =>
      actions.release(version, { canary: 20, step: [], bakeTime: 600_000, every: 30_000, ...options }),
    promote: (force = false) => actions.promote({ force }),
    rollback: (force = false) => actions.rollback({ force }),
    status: () => actions.status({ history: 0 }),
    drain: (instance: string, keep = false) => actions.drain(instance, { keep }),
    gc: (keep = 5) => actions.gc({ keep }),
    down: () => actions.down(),
  };
}

/** Percent by slot, as the newest rule has it. Empty without a rule. */
export function weightsNow({ control }: StrictAws): Record<string, number> {
  const latest = control.forwardActions().at(-1)?.weights ?? [];
  return Object.fromEntries(
    latest.map(({ targetGroup, weight }) => [
      /inlet-prod-(a|b)/.exec(targetGroup)?.[1] ?? targetGroup,
      weight,
    ]),
  );
}

/** Sends 1 000 requests a minute by the weights; versions fail with the shares given. */
export function steadyTraffic(aws: StrictAws, failing: Map<number, number>): Operator['onMinute'] {
  return (minute) => {
    for (const { targetGroup, weight } of aws.control.forwardActions().at(-1)?.weights ?? []) {
      if (weight === 0) continue;
      const requests = 10 * weight;
      const slot = /inlet-prod-(a|b)/.exec(targetGroup)?.[0];
      const version = Number(aws.control.instances(slot)[0]?.version);
      aws.control.putTraffic({
        targetGroup,
        minute,
        requests,
        errors5xx: Math.round(requests * (failing.get(version) ?? 0)),
        latencies: Array.from({ length: requests }, (_, n) => 0.02 + (n % 100) / 1000),
      });
    }
  };
}
