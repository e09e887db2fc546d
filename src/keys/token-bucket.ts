import { secondsLeftInMonth } from '../ledger/counters.ts';
import type { Limits, UsageVerdict } from './usage-meter.ts';

/** What is kept of a key. Both only ever rise within a month. */
export interface MeterState {
  /** When its bucket is full again, in microseconds since 1970. Before now: it is full. */
  full: number;
  /** Requests of this month. */
  used: number;
}

/** Microseconds by which the clocks of two instances may be apart. */
const clocksApart = 60_000_000;

/**
 * A bucket at one moment, by the generic cell rate algorithm (ITU-T I.371; ATM Forum, Traffic Management 4.0): a bucket
 * that fills evenly is one number, the time at which it is full again, and a request moves it on by one interval. Whole
 * microseconds, because sums of whole numbers are exact.
 */
export function bucketAt({ rate, burst }: Limits, now: Date) {
  const micros = now.getTime() * 1000;
  const interval = Math.round(1_000_000 / rate);
  /** A bucket that is full later than this has less than one request left. */
  const latest = micros + (burst - 1) * interval;
  /** No request of this plan can have made it later than this. */
  const never = latest + interval + clocksApart;
  return { now: micros, interval, latest, never };
}

/**
 * The state as far as it is of this plan. A plan that was changed, or another one that the key had before, may have
 * left a bucket that needs hours or years to fill: the new plan does not wait for that, and begins with a full one.
 */
export function underPlan(state: MeterState, limits: Limits, now: Date): MeterState {
  return state.full > bucketAt(limits, now).never ? { ...state, full: 0 } : state;
}

/** Why a request would be refused now, or undefined. */
export function refusalOf(state: MeterState, limits: Limits, now: Date): UsageVerdict['reason'] {
  if (limits.quota !== undefined && state.used >= limits.quota) return 'quota';
  return state.full > bucketAt(limits, now).latest ? 'rate' : undefined;
}

/** The verdict, by the state after it. */
export function verdictOf(
  state: MeterState,
  limits: Limits,
  now: Date,
  reason?: UsageVerdict['reason'],
): UsageVerdict {
  const bucket = bucketAt(limits, now);
  const full = Math.max(state.full, bucket.now);
  const seconds = (micros: number) => Math.max(0, Math.ceil(micros / 1_000_000));
  const retry = { rate: seconds(state.full - bucket.latest), quota: secondsLeftInMonth(now) };
  return {
    allowed: reason === undefined,
    ...(reason && { reason }),
    remaining: Math.max(0, Math.floor((bucket.latest + bucket.interval - full) / bucket.interval)),
    resetSeconds: seconds(full - bucket.now),
    retrySeconds: reason ? Math.max(1, retry[reason]) : 0,
    used: state.used,
    ...(limits.quota !== undefined && { quotaLeft: Math.max(0, limits.quota - state.used) }),
  };
}
