import { type CryptoKey, importSPKI } from 'jose';
import { AppError } from '../app-error.ts';

/** The public key of a load balancer by its `kid`. */
export type AlbKeys = (kid: string) => Promise<CryptoKey>;

interface AlbKeysDeps {
  /** Without a slash at its end. */
  baseUrl: string;
  fetch: typeof globalThis.fetch;
  clock: () => Date;
}

/** Key ids are UUIDs. Anything else could lead to another place on the server, or to another server. */
const kidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** More keys than a region has in use at a time. */
const mostKeys = 16;
/** New keys come rarely. This keeps forged ids from becoming so many requests to AWS. */
const mostLookups = 10;
const lookupWindowMs = 60_000;
const timeoutMs = 3000;
const mostCharacters = 4096;

/**
 * Fetches keys one by one, and keeps the last 16: what a `kid` stands for never changes. Rejects with
 * `token_invalid` if there is no such key, with `store_unavailable` if it cannot be had, or after 10 look-ups in a
 * minute.
 */
export function createAlbKeys({ baseUrl, fetch, clock }: AlbKeysDeps): AlbKeys {
  const keys = new Map<string, Promise<CryptoKey>>();
  let windowStart = Number.NEGATIVE_INFINITY;
  let lookups = 0;

  function countLookup() {
    const now = clock().getTime();
    if (now - windowStart >= lookupWindowMs) {
      windowStart = now;
      lookups = 0;
    }
    lookups += 1;
    if (lookups > mostLookups) throw unavailable(new Error('Too many unknown keys in a minute.'));
  }

  async function lookUp(kid: string): Promise<CryptoKey> {
    countLookup();
    const answer = await fetch(`${baseUrl}/${kid}`, {
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await answer.text();
    // S3 answers 403 for what does not exist to those who may not list a bucket.
    if (answer.status === 403 || answer.status === 404) {
      throw new AppError('token_invalid', 'The load balancers of the region have no key with its `kid`.');
    }
    if (!answer.ok || text.length > mostCharacters) {
      throw new Error(`The key server answered ${answer.status} with ${text.length} characters.`);
    }
    return importSPKI(text, 'ES256');
  }

  return (kid) => {
    if (!kidPattern.test(kid)) throw new AppError('token_invalid', 'Its `kid` is not the id of a key.');
    const known = keys.get(kid);
    if (known) return known;
    const key = lookUp(kid).catch((error) => {
      keys.delete(kid);
      throw error instanceof AppError ? error : unavailable(error);
    });
    keys.set(kid, key);
    const [oldest] = keys.keys();
    if (keys.size > mostKeys && oldest) keys.delete(oldest);
    return key;
  };
}

function unavailable(cause: unknown): AppError {
  return new AppError('store_unavailable', 'The keys of the load balancer cannot be had just now.', {
    cause,
  });
}
