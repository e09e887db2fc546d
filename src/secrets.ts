import { hkdfSync } from 'node:crypto';

/** What secrets are used for. Each use has a key of its own, so that what signs one thing never signs another. */
export type SecretUse = 'otp code' | 'otp subject' | 'proof' | 'form token' | 'proof of work';

/** A key of 32 bytes for one use of a secret (HKDF with SHA-256, RFC 5869). */
export function keyFor(secret: string, use: SecretUse): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `inlet ${use}`, 32));
}
