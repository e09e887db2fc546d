import type { Sample } from './share-difference.ts';

/**
 * Numbers from 0 up to 1, the same for the same seed, so that a simulation says the same each time it is run.
 * Source: Mulberry32, T. Ettinger, 2017, public domain.
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface SimulatedTraffic {
  random: () => number;
  /** Part of the requests that the canary gets. */
  canaryWeight: number;
  /** Probability that request number `index`, counted over both, is a hit if it goes to the canary or to live. */
  hit(slot: 'canary' | 'live', index: number): number;
}

/**
 * Sends requests one by one to either slot, as the load balancer does, and shows the totals after every
 * `betweenLooks`, until `look` returns something or `looks` are over.
 */
export function simulateCanary<T>(
  { random, canaryWeight, hit }: SimulatedTraffic,
  { looks, betweenLooks }: { looks: number; betweenLooks: number },
  look: (canary: Sample, live: Sample) => T | undefined,
): T | undefined {
  const canary = { hits: 0, total: 0 };
  const live = { hits: 0, total: 0 };
  for (let index = 1; index <= looks * betweenLooks; index++) {
    const slot = random() < canaryWeight ? 'canary' : 'live';
    const sample = slot === 'canary' ? canary : live;
    sample.total++;
    if (random() < hit(slot, index)) sample.hits++;
    if (index % betweenLooks === 0) {
      const seen = look(canary, live);
      if (seen !== undefined) return seen;
    }
  }
  return undefined;
}

/** The middle of some numbers, Infinity for those that never came included. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
