import { type Comparison, compareShares, type Tolerance } from './compare-shares.ts';
import type { JudgeRules } from './judge-rules.ts';
import { comparisonInWords, counted, percent } from './judge-words.ts';
import type { SlotCounts } from './slot-signals.ts';

export type Outcome = 'pass' | 'fail' | 'inconclusive';

export interface Verdict {
  outcome: Outcome;
  /** Sentences for people: what was seen, what follows from it, what is still lacking. Never empty. */
  reasons: string[];
  /** Undefined where there was nothing to compare. */
  errors?: Comparison;
  slow?: Comparison;
}

export interface Evidence {
  live: SlotCounts;
  canary: SlotCounts;
  rules: JudgeRules;
  /** What is counted as slow, in seconds. Undefined if there is no threshold: then only errors are judged. */
  slowerThanSeconds: number | undefined;
  /** What people call the two. Default `canary` and `live`. */
  names?: { live: string; canary: string };
}

/** Most requests of a web service do not fail; the shares of slow ones lie around 5 % by the choice of threshold. */
export function tolerances(rules: JudgeRules): { errors: Tolerance; slow: Tolerance } {
  // Two questions are asked, so each may be wrong half as often (Bonferroni).
  const alpha = rules.alpha / 2;
  return {
    errors: { difference: rules.toleratedErrors, alpha, prior: { hits: 0.2, misses: 5 } },
    slow: { difference: rules.toleratedSlow, alpha, prior: { hits: 1, misses: 19 } },
  };
}

function checkCounts(name: string, { requests, errors, slow }: SlotCounts): void {
  for (const count of [requests, errors, slow])
    if (!Number.isSafeInteger(count) || count < 0)
      throw new RangeError(`Counts of ${name} must be whole numbers from 0 on, not ${count}.`);
  if (errors > requests || slow > requests)
    throw new RangeError(`${name} cannot have more errors or slow requests than requests.`);
}

const inconclusive = (reason: string): Verdict => ({ outcome: 'inconclusive', reasons: [reason] });

/**
 * Compares a canary with the live slot by what both got since the same moment. May be asked as often as one likes
 * while the counts grow: over all the times it is asked, a canary that is no worse than tolerated fails with a
 * probability of `alpha` at most. The counts must be totals since the canary got its present share of the
 * traffic; of a window that moves along, each look would be a new test.
 *
 * `fail`: errors or slow requests are worse than tolerated. `pass`: neither is, and the canary had its minimum of
 * requests. Everything else is `inconclusive`: go on asking. Throws a RangeError for counts that cannot be.
 */
export function judge({ live, canary, rules, slowerThanSeconds, names }: Evidence): Verdict {
  const canaryName = names ? `canary ${names.canary}` : 'canary';
  const liveName = names ? `live ${names.live}` : 'live';
  checkCounts(canaryName, canary);
  checkCounts(liveName, live);
  if (canary.requests === 0)
    return inconclusive(
      `${canaryName} has had no requests at all; look at its weight, its healthy targets, and whether the source sees the slot.`,
    );
  if (live.requests === 0)
    return inconclusive(
      `${liveName} has had no requests in these minutes; there is nothing to compare with.`,
    );

  const { errors: errorTolerance, slow: slowTolerance } = tolerances(rules);
  const sample = ({ requests }: SlotCounts, hits: number) => ({ hits, total: requests });
  const errors = compareShares(sample(canary, canary.errors), sample(live, live.errors), errorTolerance);
  const slow =
    slowerThanSeconds === undefined
      ? undefined
      : compareShares(sample(canary, canary.slow), sample(live, live.slow), slowTolerance);

  const words = { canaryName, liveName, confidence: 1 - rules.alpha };
  const reasons = [
    comparisonInWords(errors, { ...words, happened: 'failed', tolerated: rules.toleratedErrors }),
    slow
      ? comparisonInWords(slow, {
          ...words,
          happened: `took longer than ${slowerThanSeconds} s`,
          tolerated: rules.toleratedSlow,
        })
      : 'latency is not judged: there is no threshold, as the live slot had no requests to take one from, or too slow ones.',
  ];
  const findings = [errors.finding, ...(slow ? [slow.finding] : [])];
  const compared = { errors, ...(slow && { slow }) };
  if (findings.includes('worse')) return { outcome: 'fail', reasons, ...compared };

  const lacking: string[] = [];
  if (canary.requests < rules.minimumRequests)
    lacking.push(
      `${canaryName} has had ${counted(canary.requests)} of the ${counted(rules.minimumRequests)} requests that a verdict needs.`,
    );
  if (canary.errors > rules.highestErrorShare * canary.requests)
    lacking.push(
      `${canaryName} fails more than ${percent(rules.highestErrorShare)} of its requests; it does not pass like that, however the live slot does. Look for what both depend on.`,
    );
  const passes = lacking.length === 0 && findings.every((finding) => finding === 'fine');
  return { outcome: passes ? 'pass' : 'inconclusive', reasons: [...reasons, ...lacking], ...compared };
}
