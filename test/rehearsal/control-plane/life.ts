import type { Actions } from '../../../scripts/fleet/program.ts';
import type { StrictAws } from '../strict-aws/start-strict-aws.ts';
import type { Operator } from './operator.ts';

/** The commands, with the options that the command line fills in by itself. */
export function commands({ actions, typed }: Operator) {
  type ReleaseOptions = Partial<Parameters<Actions['release']>[1]>;
  const run = async (command: string, action: () => Promise<void>) => {
    typed(command);
    await action();
  };
  return {
    up: (parameter: Record<string, string> = {}) => run('up', () => actions.up({ parameter })),
    bake: () => run('bake', () => actions.bake({ arch: 'amd64' })),
    release: (version: number, options: ReleaseOptions = {}) =>
      run(['release', version, ...(options.step ? ['--step', options.step.join(',')] : [])].join(' '), () =>
        actions.release(version, { canary: 20, step: [], bakeTime: 600_000, every: 30_000, ...options }),
      ),
    promote: (force = false) => run('promote', () => actions.promote({ force })),
    rollback: (force = false) => run('rollback', () => actions.rollback({ force })),
    status: () => run('status --history 10', () => actions.status({ history: 10 })),
    versions: () => run('versions', () => actions.versions()),
    drain: (instance: string, keep = false) =>
      run(`drain ${instance}`, () => actions.drain(instance, { keep })),
    gc: (keep = 5) => run(`gc --keep ${keep}`, () => actions.gc({ keep })),
    down: () => run('down', () => actions.down()),
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
