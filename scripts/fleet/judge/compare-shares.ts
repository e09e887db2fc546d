import {
  type DifferenceBounds,
  differenceBounds,
  evidenceAgainst,
  type Prior,
  type Sample,
} from './share-difference.ts';

/** Worse than tolerated, no worse than tolerated, or not known yet. */
export type Finding = 'worse' | 'fine' | 'open';

export interface Tolerance {
  /** The largest difference, canary minus live, that is accepted. */
  difference: number;
  alpha: number;
  prior: Prior;
}

export interface Comparison extends DifferenceBounds {
  finding: Finding;
  canary: Sample;
  live: Sample;
  /** Requests that the canary still lacks if the shares stay as they are. 0 unless open; undefined if too many. */
  canaryRequestsMissing: number | undefined;
}

/** Is the canary's share higher than the live slot's by more than what is tolerated? */
export function findDifference(
  canary: Sample,
  live: Sample,
  { difference, alpha, prior }: Tolerance,
): Finding {
  if (evidenceAgainst(difference, canary, live, prior) < -Math.log(alpha)) return 'open';
  const share = ({ hits, total }: Sample) => (total > 0 ? hits / total : 0.5);
  return share(canary) - share(live) > difference ? 'worse' : 'fine';
}

const grown = ({ hits, total }: Sample, factor: number): Sample => ({
  hits: hits * factor,
  total: total * factor,
});

/** How many times the requests seen so far are needed for a finding. Looks up to 1000 times as many. */
function factorMissing(canary: Sample, live: Sample, tolerance: Tolerance): number | undefined {
  const isOpen = (factor: number) =>
    findDifference(grown(canary, factor), grown(live, factor), tolerance) === 'open';
  let low = 1;
  let high = 1000;
  if (canary.total === 0 || live.total === 0 || isOpen(high)) return undefined;
  while (high / low > 1.01) {
    const middle = Math.sqrt(low * high);
    if (isOpen(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** The finding with the figures that explain it. */
export function compareShares(canary: Sample, live: Sample, tolerance: Tolerance): Comparison {
  const finding = findDifference(canary, live, tolerance);
  const factor = finding === 'open' ? factorMissing(canary, live, tolerance) : 1;
  return {
    finding,
    canary,
    live,
    ...differenceBounds(canary, live, tolerance),
    canaryRequestsMissing: factor === undefined ? undefined : Math.ceil(canary.total * (factor - 1)),
  };
}
