import { AppError } from '../app-error.ts';

/**
 * The SHA-256 that a client declares for a raw body in `Content-Digest` or `Repr-Digest` (RFC 9530), as
 * lower-case hexadecimal; undefined without such a header. Both are the same here, since no content coding
 * is taken. Other algorithms beside it are ignored; a header without `sha-256` is `invalid_digest`.
 */
export function declaredSha256(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const base64 = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(header)?.[1];
  if (!base64) throw new AppError('invalid_digest', 'Expected sha-256=:<base64>:.');
  return Buffer.from(base64, 'base64').toString('hex');
}
