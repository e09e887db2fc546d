import type { Fleet } from './fleet.ts';
import type { JudgeRules } from './judge/judge.ts';
import { judge, type Verdict } from './judge/judge.ts';
import type { LiveAlias } from './live-alias.ts';
import type { StepContext } from './plan.ts';
import { healthyInstances } from './slots.ts';

export interface WatchOptions {
  /** How long to look, in milliseconds, counted from when the weights were set. */
  bakeMs: number;
  /** Time between two looks, in milliseconds. */
  intervalMs: number;
  rules: JudgeRules;
}

type Canaried = LiveAlias & { canary: NonNullable<LiveAlias['canary']> };

/** What the numbers since the weights were set say of a canary. */
export async function judgeCanary(fleet: Fleet, alias: Canaried, rules: JudgeRules): Promise<Verdict> {
  const { signals, slots, clock } = fleet;
  const { slot, version } = alias.canary;
  if (healthyInstances(await slots.read(slot), version).length === 0)
    return { verdict: 'fail', reasons: [`No instance of v${version} is healthy any more.`] };
  const window = { from: new Date(alias.at), to: clock.now() };
  const slowSeconds = await signals.latencyThreshold(alias.slot, window, rules.slowShare);
  const live = await signals.counts(alias.slot, window, slowSeconds);
  const canary = await signals.counts(slot, window, slowSeconds);
  return judge({ live, canary, rules });
}

/**
 * Looks at a canary until its time is over or it has failed. A pass before that does not end the watch: some
 * faults, such as a leak, take their time.
 */
export async function watchCanary(
  fleet: Fleet,
  { claim, signal, progress }: StepContext,
  alias: Canaried,
  { bakeMs, intervalMs, rules }: WatchOptions,
): Promise<Verdict> {
  const end = Date.parse(alias.at) + bakeMs;
  for (;;) {
    const verdict = await judgeCanary(fleet, alias, rules);
    const left = end - fleet.clock.now().getTime();
    if (verdict.verdict === 'fail' || left <= 0) return verdict;
    progress(`${verdict.verdict}, ${Math.ceil(left / 60_000)} min left: ${verdict.reasons.join(' ')}`);
    await fleet.clock.sleep(Math.min(intervalMs, left), signal);
    await claim.beat();
  }
}
