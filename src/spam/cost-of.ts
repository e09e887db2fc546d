export interface CostRange {
  /** Hashes on average while there is little to do. */
  cost: number;
  /** Hashes on average under the heaviest load. */
  maxCost: number;
}

/** Requests a minute up to which a process has little to do: thirty visitors who open a form and send it. */
export const calmPerMinute = 60;

/**
 * Hashes that a form costs at this load, in requests a minute. Above the calm it grows in proportion, so that twice
 * the forms cost their sender four times the work. A `maxCost` below `cost` changes nothing.
 */
export function costOf(perMinute: number, { cost, maxCost }: CostRange): number {
  const grown = Math.round(cost * Math.max(1, perMinute / calmPerMinute));
  return Math.min(grown, Math.max(cost, maxCost));
}
