import { FleetError } from '../fleet-error.ts';
import type { SlotName } from '../slots.ts';
import { judge, type Verdict } from './judge.ts';
import type { JudgeRules } from './judge-rules.ts';
import type { SlotSignals, Window } from './slot-signals.ts';

export interface SlotsToCompare {
  signals: SlotSignals;
  live: SlotName;
  canary: SlotName;
  /** `from`: when the canary got its present share of the traffic, the same each time. `to`: now. */
  window: Window;
  rules: JudgeRules;
  /** What people call the versions in the slots, such as `v7`. */
  names: { live: string; canary: string };
}

/**
 * The live slot's threshold from before the comparison. It is the same at every look and owes nothing to the
 * requests that are judged by it. Where there was no traffic before, the same minutes have to do.
 */
async function threshold({ signals, live, window, rules }: SlotsToCompare): Promise<number | undefined> {
  const before = {
    from: new Date(window.from.getTime() - rules.thresholdMinutes * 60_000),
    to: window.from,
  };
  return (
    (await signals.latencyThreshold(live, before, rules.slowBeyondShare)) ??
    (await signals.latencyThreshold(live, window, rules.slowBeyondShare))
  );
}

/**
 * Asks the source about both slots and judges the canary. A source that cannot be asked says nothing about the
 * canary, so its error becomes an inconclusive verdict with the error's words: ask again, and show them. Errors
 * that are not FleetErrors are thrown on.
 */
export async function compareSlots(comparison: SlotsToCompare): Promise<Verdict> {
  const { signals, live, canary, window, rules, names } = comparison;
  try {
    const slowerThanSeconds = await threshold(comparison);
    const [liveCounts, canaryCounts] = await Promise.all([
      signals.counts(live, window, slowerThanSeconds),
      signals.counts(canary, window, slowerThanSeconds),
    ]);
    return judge({ live: liveCounts, canary: canaryCounts, rules, slowerThanSeconds, names });
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    const words = [error.message, error.advice ?? ''].filter((text) => text !== '');
    const sentences = words.map((text) => (/[.!?]$/.test(text) ? text : `${text}.`));
    return { outcome: 'inconclusive', reasons: [`${signals.name}: ${sentences.join(' ')}`] };
  }
}
