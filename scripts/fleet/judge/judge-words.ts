import type { Comparison } from './compare-shares.ts';
import type { Sample } from './share-difference.ts';

/** A whole number with its thousands apart: `12 345`. */
export const counted = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ');

/** `5.1 %`; two digits more where one would show less than there is: `0.04 %`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 0.1 ? value.toPrecision(1) : value.toFixed(1)} %`;
}

const points = (difference: number): string => {
  const value = Number((Math.abs(difference) * 100).toFixed(2));
  return value === 1 ? '1 point' : `${value} points`;
};

const shareOf = ({ hits, total }: Sample): string => `${percent(hits / total)} of ${counted(total)}`;

const signed = (difference: number): string =>
  difference < 0 ? `${points(difference)} lower` : `${points(difference)} higher`;

interface Words {
  canaryName: string;
  liveName: string;
  /** What the counted requests did, such as `failed`. */
  happened: string;
  tolerated: number;
  /** 0 to 1. */
  confidence: number;
}

/** One sentence: both shares, what can be said of their difference, and what is still lacking. */
export function comparisonInWords(
  comparison: Comparison,
  { canaryName, liveName, happened, tolerated, confidence }: Words,
): string {
  const { canary, live, finding, lower, upper, canaryRequestsMissing: missing } = comparison;
  const seen = `${canaryName}: ${shareOf(canary)} requests ${happened}, ${liveName}: ${shareOf(live)}`;
  const surely = `with ${Number((confidence * 100).toFixed(3))} % confidence`;
  const limit = `${points(tolerated)} tolerated`;
  if (finding === 'worse') return `${seen}; the difference is at least ${points(lower)} ${surely}, ${limit}.`;
  if (finding === 'fine')
    return `${seen}; the canary's share is at most ${signed(upper)} ${surely}, ${limit}.`;
  const wait =
    missing === undefined
      ? 'no number of requests in reach will tell if this stays as it is'
      : `about ${counted(Math.max(1, missing))} more requests to the canary will tell if this stays as it is`;
  return `${seen}; the canary's share is between ${signed(lower)} and ${signed(upper)} ${surely}, ${limit}; ${wait}.`;
}
