/** How many requests came in the last minute. */
export interface RecentRate {
  count(): void;
  perMinute(): number;
}

const slots = 60;

/** Counts in 60 slots of a second, so that memory does not grow with the load. */
export function createRecentRate(clock: () => Date): RecentRate {
  const counts = new Array<number>(slots).fill(0);
  const seconds = new Array<number>(slots).fill(Number.NEGATIVE_INFINITY);
  const now = () => Math.floor(clock().getTime() / 1000);

  return {
    count() {
      const second = now();
      const slot = second % slots;
      counts[slot] = seconds[slot] === second ? (counts[slot] ?? 0) + 1 : 1;
      seconds[slot] = second;
    },
    perMinute() {
      const second = now();
      return counts.reduce((sum, count, slot) => {
        const age = second - (seconds[slot] ?? Number.NEGATIVE_INFINITY);
        return age >= 0 && age < slots ? sum + count : sum;
      }, 0);
    },
  };
}
