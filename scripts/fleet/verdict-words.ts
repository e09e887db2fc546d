import type { Comparison } from './judge/compare-shares.ts';
import type { Verdict } from './judge/judge.ts';

const percent = ({ canary: { hits, total } }: Comparison) => `${((100 * hits) / total).toFixed(1)} %`;

/** One line while a canary is watched, such as `inconclusive: 400 requests, 0.2 % failed, 5.1 % slow`. */
export function verdictInBrief({ outcome, errors, slow, reasons }: Verdict): string {
  if (errors === undefined) return `${outcome}: ${reasons[0]}`;
  const parts = [`${errors.canary.total} requests`, `${percent(errors)} failed`];
  if (slow) parts.push(`${percent(slow)} slow`);
  const { canaryRequestsMissing: missing } = errors;
  if (outcome === 'inconclusive' && missing) parts.push(`about ${missing} more will tell`);
  return `${outcome}: ${parts.join(', ')}`;
}

/** Why a canary failed: only what speaks against it. */
export function reasonsAgainst({ errors, slow, reasons }: Verdict): string {
  const against = [errors, slow].flatMap((comparison, index) =>
    comparison?.finding === 'worse' ? (reasons[index] ?? []) : [],
  );
  return (against.length > 0 ? against : reasons).join(' ');
}
