import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { RateLimiterDynamo, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiter, RateLimitRule } from '../../http/rate-limit.ts';

/**
 * Counts requests in DynamoDB, for all instances together. A key that is over its limit is refused from memory
 * until its window ends, so that a flood costs no writes; while the table cannot be reached, each process
 * counts for itself.
 */
export function createDynamoRateLimiter(
  client: DynamoDB,
  tableName: string,
  rule: RateLimitRule,
): RateLimiter {
  const { name, points, seconds } = rule;
  const shared = { keyPrefix: name, points, duration: seconds };
  const limiter = new RateLimiterDynamo({
    ...shared,
    storeClient: client,
    tableName,
    tableCreated: true,
    ttlSet: true,
    inMemoryBlockOnConsumed: points + 1,
    insuranceLimiter: new RateLimiterMemory(shared),
  });

  return {
    async consume(key) {
      const outcome = await limiter.consume(key).then(
        (result) => ({ allowed: true, result }),
        (refusal: unknown) => ({ allowed: false, result: refusal }),
      );
      // The library refuses with a result. An error would be its own fault, which must not stop a visitor.
      if (!(outcome.result instanceof RateLimiterRes)) {
        return { allowed: true, limit: points, remaining: 0, resetSeconds: seconds };
      }
      const { remainingPoints, msBeforeNext } = outcome.result;
      return {
        allowed: outcome.allowed,
        limit: points,
        remaining: remainingPoints,
        resetSeconds: Math.min(seconds, Math.max(1, Math.ceil(msBeforeNext / 1000))),
      };
    },
  };
}
