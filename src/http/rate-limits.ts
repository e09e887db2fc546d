import type { RequestHandler } from 'express';
import { AppError } from '../app-error.ts';
import { clientKey } from './client-address.ts';
import type { RateLimiter } from './rate-limit.ts';

/**
 * Counts the request against its client's address and refuses it over the limit. The headers are those of
 * draft-ietf-httpapi-ratelimit-headers-06, the version that clients know.
 */
export function rateLimit(limiter: RateLimiter, refused: () => void): RequestHandler {
  return async (req, res, next) => {
    const verdict = await limiter.consume(clientKey(req.ip));
    res.set({
      'RateLimit-Limit': String(verdict.limit),
      'RateLimit-Remaining': String(verdict.remaining),
      'RateLimit-Reset': String(verdict.resetSeconds),
    });
    if (verdict.allowed) return next();
    refused();
    const seconds = Math.max(1, verdict.resetSeconds);
    throw new AppError('rate_limited', `Try again in ${seconds} seconds.`, { retryAfter: seconds });
  };
}
