import type { Config } from '../config.ts';
import type { RateLimiter, RateLimitRule } from '../http/rate-limit.ts';

interface Limiting {
  rateLimiter(rule: RateLimitRule): RateLimiter;
}

/** The limits of requests a minute and client address, by the name that routes give. */
export function composeRateLimiters(config: Config, platform: Limiting) {
  return {
    uploads: limiterOf(platform, 'uploads', config.INLET_UPLOADS_PER_MINUTE),
    feedback: limiterOf(platform, 'feedback', config.INLET_FEEDBACK_PER_MINUTE),
    // Most forms that are opened are not sent.
    'feedback-forms': limiterOf(platform, 'feedback-forms', 3 * config.INLET_FEEDBACK_PER_MINUTE),
  };
}

function limiterOf(platform: Limiting, name: string, perMinute: number): RateLimiter | undefined {
  return perMinute === 0 ? undefined : platform.rateLimiter({ name, points: perMinute, seconds: 60 });
}
