import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
import { AppError } from '../app-error.ts';

interface IssuerKeysDeps {
  /** Of the JSON Web Key Set. */
  url: string;
  fetch: typeof globalThis.fetch;
  clock: () => Date;
  log: Pick<Logger, 'warn'>;
}

/** How old keys may be before they are fetched again. A key that the issuer withdraws is good for so long. */
const freshMs = 10 * 60_000;
/** Tokens with an unknown `kid` cause at most one fetch in this time, however many there are. */
const cooldownMs = 30_000;
/** When it is tried again if there are no keys at all. As long as the `Retry-After` of the 503. */
const retryMs = 5000;
/**
 * How long keys are used while the issuer cannot be reached: the longest that an access token of Cognito lives.
 * Nobody gets a newer one meanwhile.
 */
const staleMs = 24 * 3_600_000;
/** A request waits for the fetch, so this is short. */
const timeoutMs = 3000;

/**
 * The keys of an issuer. jose fetches them and chooses among them; this says when. jose's own policy is not used
 * because it runs by the system's clock, asks again for every token while the issuer is down, and forgets good keys
 * at the end of their age even if there are no others to be had.
 *
 * Rejects with `store_unavailable` if there are no keys, or if the one that is wanted may be among those that
 * cannot be had.
 */
export function createIssuerKeys({ url, fetch, clock, log }: IssuerKeysDeps): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: Number.POSITIVE_INFINITY,
    [customFetch]: fetch,
  });
  let loadedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let underWay: Promise<void> | undefined;
  const since = (time: number) => clock().getTime() - time;
  const hasKeys = () => since(loadedAt) < staleMs;
  const mayFetch = () =>
    underWay !== undefined || since(triedAt) >= (failure && !hasKeys() ? retryMs : cooldownMs);

  /** Everybody who wants keys meanwhile waits for the same fetch. */
  function fetchKeys(): Promise<void> {
    underWay ??= load().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  async function load() {
    triedAt = clock().getTime();
    try {
      await remote.reload();
      loadedAt = clock().getTime();
      failure = undefined;
    } catch (error) {
      failure = error ?? new Error('unknown');
      log.warn({ err: error }, 'the keys of the token issuer cannot be fetched');
    }
  }

  function unavailable(): AppError {
    const detail = 'The keys of the token’s issuer cannot be had just now.';
    return new AppError('store_unavailable', detail, { cause: failure });
  }

  return async (header, token) => {
    if (since(loadedAt) >= freshMs && mayFetch()) await fetchKeys();
    if (!hasKeys()) throw unavailable();
    try {
      return await remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (mayFetch()) await fetchKeys();
      if (failure) throw unavailable();
      return remote(header, token);
    }
  };
}
