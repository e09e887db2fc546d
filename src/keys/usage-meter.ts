import type { Plan } from './plan.ts';

/** The limits of a plan that are counted. */
export type Limits = Pick<Plan, 'rate' | 'burst' | 'quota'>;

/** What a meter says to one request. */
export interface UsageVerdict {
  allowed: boolean;
  /** Which limit it was refused for. */
  reason?: 'rate' | 'quota';
  /** Requests that the bucket has left. */
  remaining: number;
  /** Whole seconds until the bucket is full. */
  resetSeconds: number;
  /** Whole seconds after which a refused request may succeed: at least 1, and 0 if this one was allowed. */
  retrySeconds: number;
  /** Requests of this month that were let through. */
  used: number;
  /** Requests that the plan has left this month. */
  quotaLeft?: number;
}

export interface MonthlyUsage {
  /** Such as `2026-11`, UTC. */
  month: string;
  requests: number;
}

/**
 * Counts the requests of a key, or of whoever a token names, over all instances. Rejects with `store_unavailable` if
 * the store cannot be reached: then the key could not be read either.
 */
export interface UsageMeter {
  /**
   * Takes one request out of the bucket and counts it, or neither of the two. However many ask at the same moment, on
   * however many instances, no more pass than the plan says. Instances judge by their own clocks: one that is ahead
   * by a second lets through what the others would a second later.
   */
  take(key: string, limits: Limits, now: Date): Promise<UsageVerdict>;

  /** Counts a request that nothing limits. */
  count(key: string, now: Date): Promise<void>;

  /** Months with requests among the last 13, newest first. */
  usage(key: string, now: Date): Promise<MonthlyUsage[]>;
}

/** Months for which usage is kept: this one and a year. */
export const keptMonths = 13;

/** The month, such as `2026-11`, that lies `back` months before the one of `now` (UTC). */
export function monthOf(now: Date, back = 0): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7);
}
