import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../app-error.ts';

export interface LinkSigner {
  /**
   * The path with an expiry and a signature that allow anyone to GET it until then. The lifetime is that of
   * the signer unless another one is given, in seconds.
   */
  sign(path: string, seconds?: number): string;
  /** Throws `link_expired` or `link_invalid` unless the query was signed for this path. */
  verify(path: string, query: Record<string, unknown>): void;
}

interface LinkSignerOptions {
  /** The first signs, every one verifies, so that secrets can be rotated. */
  secrets: string[];
  lifetimeSeconds: number;
  clock: () => Date;
}

/**
 * Signs links with HMAC-SHA-256 over method, path and expiry (Unix seconds). The method is always GET;
 * HEAD may use the same link, because it shows less.
 */
export function createLinkSigner({ secrets, lifetimeSeconds, clock }: LinkSignerOptions): LinkSigner {
  const signature = (secret: string, path: string, expires: string) =>
    createHmac('sha256', secret).update(`GET\n${path}\n${expires}`).digest();
  const [signing] = secrets;
  if (!signing) throw new Error('A secret for links is needed.');

  return {
    sign(path, seconds = lifetimeSeconds) {
      const expires = String(Math.floor(clock().getTime() / 1000) + seconds);
      return `${path}?expires=${expires}&signature=${signature(signing, path, expires).toString('base64url')}`;
    },
    verify(path, { expires, signature: given }) {
      if (typeof expires !== 'string' || typeof given !== 'string') throw new AppError('link_invalid');
      const bytes = Buffer.from(given, 'base64url');
      const good = secrets.some((secret) => {
        const expected = signature(secret, path, expires);
        return bytes.length === expected.length && timingSafeEqual(bytes, expected);
      });
      // The expiry is only worth reading once the signature has vouched for it.
      if (!good) throw new AppError('link_invalid');
      if (Number(expires) * 1000 <= clock().getTime()) throw new AppError('link_expired');
    },
  };
}
