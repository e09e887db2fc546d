/** What a limiter answers to one request. */
export interface RateLimitVerdict {
  allowed: boolean;
  /** Requests a window. */
  limit: number;
  remaining: number;
  /** Whole seconds until the window starts anew. */
  resetSeconds: number;
}

/** Counts requests by key over a window. Never rejects: a store that is down falls back to memory. */
export interface RateLimiter {
  consume(key: string): Promise<RateLimitVerdict>;
}

/** How often: `points` requests in `seconds`. */
export interface RateLimitRule {
  /** Keeps the counts of different limits apart. */
  name: string;
  points: number;
  seconds: number;
}
