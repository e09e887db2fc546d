import type { Request, Response } from 'express';
import { AppError } from '../app-error.ts';
import type { Plan } from '../keys/plan.ts';
import type { UsageMeter, UsageVerdict } from '../keys/usage-meter.ts';
import type { Caller } from './caller.ts';

export interface MeterDeps {
  meter: Pick<UsageMeter, 'take' | 'count'>;
  clock: () => Date;
  /** Lets work go on after the answer, and lets it end before the process does. */
  inBackground(work: Promise<void>): void;
}

/**
 * Counts a request of the caller, and refuses it over the limits of its plan. Nobody waits for the count of a caller
 * without a plan, because it decides nothing.
 */
export async function meterCaller(
  req: Request,
  res: Response,
  { caller, plan }: { caller: Caller; plan: Plan | undefined },
  { meter, clock, inBackground }: MeterDeps,
): Promise<UsageVerdict | undefined> {
  const now = clock();
  if (!plan) {
    const failed = (error: unknown) => req.log.warn({ err: error, keyId: caller.id }, 'usage is not counted');
    inBackground(meter.count(caller.id, now).catch(failed));
    return undefined;
  }
  const verdict = await meter.take(caller.id, plan, now);
  res.set(limitHeaders(plan, verdict));
  return verdict;
}

/**
 * The headers of draft-ietf-httpapi-ratelimit-headers-06, as those of the limits by address. They tell of the limit
 * that is closer: the bucket, or what is left of the month.
 */
function limitHeaders(plan: Plan, verdict: UsageVerdict): Record<string, string> {
  const { remaining, resetSeconds, retrySeconds, reason, quotaLeft = Number.POSITIVE_INFINITY } = verdict;
  return {
    'RateLimit-Limit': String(plan.burst),
    'RateLimit-Remaining': String(reason ? 0 : Math.min(remaining, quotaLeft)),
    'RateLimit-Reset': String(reason === 'quota' ? retrySeconds : resetSeconds),
  };
}

/** The answer over the limit. */
export function overLimit({ reason, retrySeconds }: UsageVerdict, plan: Plan): AppError {
  const options = { retryAfter: retrySeconds };
  return reason === 'quota'
    ? new AppError('quota_exceeded', `The plan allows ${plan.quota} requests a month (UTC).`, options)
    : new AppError('rate_limited', `Try again in ${retrySeconds} seconds.`, options);
}
