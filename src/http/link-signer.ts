import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../app-error.ts';

type Method = 'GET' | 'DELETE';

export interface LinkSigner {
  /**
   * The path with an expiry and a signature that allow anyone to use it until then, with GET unless another method
   * is given. The lifetime is that of the signer unless another one is given, in seconds.
   */
  sign(path: string, options?: { seconds?: number; method?: Method }): string;
  /** Throws `link_expired` or `link_invalid` unless the query was signed for this method and path. */
  verify(method: string, path: string, query: Record<string, unknown>): void;
}

interface LinkSignerOptions {
  /** The first signs, every one verifies, so that secrets can be rotated. */
  secrets: string[];
  lifetimeSeconds: number;
  clock: () => Date;
}

/**
 * Signs links with HMAC-SHA-256 over method, path and expiry (Unix seconds). HEAD may use the link of GET, because
 * it shows less.
 */
export function createLinkSigner({ secrets, lifetimeSeconds, clock }: LinkSignerOptions): LinkSigner {
  const signature = (secret: string, method: string, path: string, expires: string) =>
    createHmac('sha256', secret).update(`${method}\n${path}\n${expires}`).digest();
  const [signing] = secrets;
  if (!signing) throw new Error('A secret for links is needed.');

  return {
    sign(path, { seconds = lifetimeSeconds, method = 'GET' } = {}) {
      const expires = String(Math.floor(clock().getTime() / 1000) + seconds);
      return `${path}?expires=${expires}&signature=${signature(signing, method, path, expires).toString('base64url')}`;
    },
    verify(asked, path, { expires, signature: given }) {
      if (typeof expires !== 'string' || typeof given !== 'string') throw new AppError('link_invalid');
      const method = asked === 'HEAD' ? 'GET' : asked;
      const bytes = Buffer.from(given, 'base64url');
      const good = secrets.some((secret) => {
        const expected = signature(secret, method, path, expires);
        return bytes.length === expected.length && timingSafeEqual(bytes, expected);
      });
      // The expiry is only worth reading once the signature has vouched for it.
      if (!good) throw new AppError('link_invalid');
      if (Number(expires) * 1000 <= clock().getTime()) throw new AppError('link_expired');
    },
  };
}
