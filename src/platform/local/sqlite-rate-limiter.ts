import { RateLimiterMemory, RateLimiterRes, RateLimiterSQLite } from 'rate-limiter-flexible';
import type { RateLimiter, RateLimitRule, RateLimitVerdict } from '../../http/rate-limit.ts';
import type { Database } from './sqlite-database.ts';

interface RateLimiterDeps {
  database: Database;
  log: { warn(obj: object, msg: string): void };
}

/**
 * Counts requests in SQLite, so that every worker of this machine counts the same. When the database cannot
 * be used, this worker counts for itself in memory. The rule must allow at least one request: a limit of 0
 * means no limit, and never comes here.
 */
export function createSqliteRateLimiter(
  rule: RateLimitRule,
  { database, log }: RateLimiterDeps,
): RateLimiter {
  const { name, points, seconds } = rule;
  const limit = { keyPrefix: name, points, duration: seconds };
  const limiter = new RateLimiterSQLite({
    ...limit,
    storeClient: clientOf(database, (err) => log.warn({ err, limit: name }, 'rate limit counts in memory')),
    storeType: 'better-sqlite3',
    tableName: 'limits',
    tableCreated: true,
    // Clients over the limit are refused without asking the database again.
    inMemoryBlockOnConsumed: points,
    insuranceLimiter: new RateLimiterMemory(limit),
  });

  const verdict = (
    allowed: boolean,
    { remainingPoints, msBeforeNext }: RateLimiterRes,
  ): RateLimitVerdict => ({
    allowed,
    limit: points,
    remaining: allowed ? remainingPoints : 0,
    resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  });

  return {
    async consume(key) {
      try {
        return verdict(true, await limiter.consume(key));
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return verdict(false, refusal);
        throw refusal;
      }
    },
  };
}

/**
 * The part of better-sqlite3 that the library calls. It counts by one statement, which SQLite makes atomic
 * by itself. `onFailure` hears of the first failure after every success.
 */
function clientOf(database: Database, onFailure: (error: unknown) => void) {
  let failing = false;
  const transaction =
    <T>(count: () => T) =>
    (): T => {
      try {
        const counted = count();
        failing = false;
        return counted;
      } catch (error) {
        if (!failing) onFailure(error);
        failing = true;
        throw error;
      }
    };
  return { prepare: database.prepare, transaction };
}
