import { createHmac } from 'node:crypto';
import { keyFor } from '../secrets.ts';
import type { Channel } from './channel.ts';

/** What a code is bound to: it verifies nothing else. */
export interface CodeBinding {
  /** Of the challenge. */
  id: string;
  purpose: string;
  /** The keyed hash of the address. */
  subject: string;
}

/** Makes and compares codes. */
export interface Codes {
  /** Decimal digits, leading zeros included. */
  make(channel: Channel): string;
  /** What is kept of a code, lower-case hexadecimal. */
  hash(code: string, binding: CodeBinding): string;
  /** Whether the hash is that of the code, in a time that says nothing about how much of it is right. */
  isRight(code: string, binding: CodeBinding, hash: string): boolean;
}

interface CodesDeps {
  /** The first makes hashes, each is tried when they are compared. */
  secrets: readonly string[];
  /** `crypto.randomInt`: a whole number from 0 to below `max`, each equally likely. */
  randomInt: (max: number) => number;
  /** `crypto.timingSafeEqual`. */
  compare: (a: Buffer, b: Buffer) => boolean;
}

/**
 * At least six digits (NIST SP 800-63B-4 section 3.1.3.2), which count as the 20 bits of OWASP ASVS 5.0 6.5.4. An
 * e-mail is easier to copy from than a phone's screen, so its codes are longer.
 */
export const digitsOf: Record<Channel, number> = { sms: 6, email: 8 };

export function createCodes({ secrets, randomInt, compare }: CodesDeps): Codes {
  // Outside the store: whoever reads the store cannot try all the codes against it. A fast hash under such a key
  // stands for the slow one that OWASP ASVS 5.0 6.5.2 asks for where secrets this short are kept.
  const keys = secrets.map((secret) => keyFor(secret, 'otp code'));
  const [current] = keys;
  if (!current) throw new Error('A secret for codes is needed.');

  /** None of the texts can have a line end in it, so that no two bindings look the same. */
  const digest = (key: Buffer, code: string, { id, purpose, subject }: CodeBinding) =>
    createHmac('sha256', key).update([id, purpose, subject, code].join('\n')).digest();

  return {
    // From a cryptographically secure generator (OWASP ASVS 5.0 6.5.3); randomInt has no modulo bias.
    make: (channel) => String(randomInt(10 ** digitsOf[channel])).padStart(digitsOf[channel], '0'),
    hash: (code, binding) => digest(current, code, binding).toString('hex'),
    isRight(code, binding, hash) {
      const wanted = Buffer.from(hash, 'hex');
      // Every key is tried, also after one has matched: the time does not tell which.
      return keys.map((key) => compare(digest(key, code, binding), wanted)).includes(true);
    },
  };
}
