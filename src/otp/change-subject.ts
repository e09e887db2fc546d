import { AppError } from '../app-error.ts';
import type { OtpStore, OtpSubject } from './otp-store.ts';

/** What a change makes of a subject. The rest stays as it was. */
export interface Change<T> {
  changed: Partial<Pick<OtpSubject, 'codes' | 'requests' | 'tries'>>;
  /** Milliseconds that the subject is remembered from now on. */
  keepMs: number;
  result: T;
}

export interface ChangeDeps {
  store: OtpStore;
  clock: () => Date;
  /** From 0 to 1. */
  random: () => number;
  pause: (ms: number) => Promise<void>;
}

export type SeenSubject = Pick<OtpSubject, 'codes' | 'requests' | 'tries'>;

/** Each time somebody else was first. At most five tries are first in a row, so it takes a crowd of others too. */
const mostRounds = 20;
const longestPauseMs = 20;

const nothing: SeenSubject = { codes: [], requests: [], tries: [] };

/**
 * Changes a subject by one conditional put: what `decide` was shown is what its decision replaces, or it decides
 * again. It refuses by throwing, and then nothing is written. Throws `store_unavailable` if the store cannot be
 * reached, and also after too many rounds, so that nothing happens unless it has been written.
 */
export async function changeSubject<T>(
  { store, clock, random, pause }: ChangeDeps,
  key: string,
  decide: (seen: SeenSubject, now: number) => Change<T>,
): Promise<T> {
  for (let round = 1; round <= mostRounds; round++) {
    const now = clock().getTime();
    const seen = await store.get(key, now);
    const { changed, keepMs, result } = decide(seen ?? nothing, now);
    const { codes, requests, tries } = { ...(seen ?? nothing), ...changed };
    const version = seen?.version ?? 0;
    const next = { key, version: version + 1, codes, requests, tries, expiresAt: now + keepMs };
    if (await store.put(next, version, now)) return result;
    await pause(random() * longestPauseMs);
  }
  throw new AppError('store_unavailable', undefined, { cause: new Error('others were always first') });
}
