import type { Fleet } from './fleet.ts';
import { compareSlots } from './judge/compare-slots.ts';
import type { Verdict } from './judge/judge.ts';
import type { JudgeRules } from './judge/judge-rules.ts';
import type { LiveAlias } from './live-alias.ts';
import type { StepContext } from './plan.ts';
import { healthyInstances } from './slots.ts';
import { verdictInBrief } from './verdict-words.ts';

export interface WatchOptions {
  /** How long to look, in milliseconds, counted from when the weights were set. */
  bakeMs: number;
  /** Time between two looks, in milliseconds. */
  intervalMs: number;
  rules: JudgeRules;
}

export type CanaryAlias = LiveAlias & { canary: NonNullable<LiveAlias['canary']> };

/** What visitors got since the weights were set, and whether anything is left of the canary at all. */
export async function judgeCanary(fleet: Fleet, alias: CanaryAlias, rules: JudgeRules): Promise<Verdict> {
  const { slot, version } = alias.canary;
  if (healthyInstances(await fleet.slots.read(slot), version).length === 0)
    return { outcome: 'fail', reasons: [`No instance of v${version} is healthy any more.`] };
  const from = new Date(alias.at);
  // The weights may have been set from a machine whose clock is ahead of this one's.
  const now = fleet.clock.now();
  return compareSlots({
    signals: fleet.signals,
    live: alias.slot,
    canary: slot,
    window: { from, to: now < from ? from : now },
    rules,
    names: { live: `v${alias.version}`, canary: `v${version}` },
  });
}

/**
 * Looks at a canary until its time is over or it has failed. A pass before that does not end the watch: some
 * faults, such as a leak, take their time.
 */
export async function watchCanary(
  fleet: Fleet,
  { claim, signal, progress }: StepContext,
  alias: CanaryAlias,
  { bakeMs, intervalMs, rules }: WatchOptions,
): Promise<Verdict> {
  const end = Date.parse(alias.at) + bakeMs;
  const left = () => Math.max(0, end - fleet.clock.now().getTime());
  for (;;) {
    // First, because nobody has asked the canary anything when its weight was set a moment ago.
    await fleet.clock.sleep(Math.min(intervalMs, left()), signal);
    await claim.beat();
    const verdict = await judgeCanary(fleet, alias, rules);
    if (verdict.outcome === 'fail' || left() === 0) return verdict;
    progress(`${describeTime(left())} left; ${verdictInBrief(verdict)}`);
  }
}

function describeTime(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
