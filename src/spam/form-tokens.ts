import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Suspicion } from '../metrics/metric-definitions.ts';
import { keyFor } from '../secrets.ts';

export interface IssuedToken {
  token: string;
  /** Of this token. A proof of work is bound to it. */
  id: string;
  /** ISO 8601. */
  expiresAt: string;
}

export interface JudgedToken {
  suspicion: Extract<Suspicion, 'no_token' | 'token_invalid' | 'token_expired' | 'too_fast'> | undefined;
  /** The token, if it is genuine and has not expired: a form may have been sent too fast with a good one. */
  genuine?: Pick<IssuedToken, 'id' | 'expiresAt'>;
}

/**
 * Says when a form was opened, in the server's own word: a program that posts without opening the form has no
 * token, and one that opens it is seen to send faster than anybody types.
 */
export interface FormTokens {
  issue(form: string): IssuedToken;
  judge(token: string | undefined, form: string): JudgedToken;
}

interface FormTokensDeps {
  /** The first signs, every one verifies. */
  secrets: readonly string[];
  clock: () => Date;
  randomBytes: (size: number) => Buffer;
  minSeconds: number;
  maxSeconds: number;
}

/** `<issued at, ms since 1970 in base 36>.<id>.<HMAC-SHA-256>` */
const shape = /^([0-9a-z]{1,11})\.([\w-]{22})\.([\w-]{43})$/;

/** Tokens hold all that they say, signed together with the name of the form: nothing is kept for a form. */
export function createFormTokens({
  secrets,
  clock,
  minSeconds,
  maxSeconds,
  ...deps
}: FormTokensDeps): FormTokens {
  const keys = secrets.map((secret) => keyFor(secret, 'form token'));
  const [signing] = keys;
  if (!signing) throw new Error('A secret for form tokens is needed.');

  const signature = (key: Buffer, form: string, issued: string, id: string) =>
    createHmac('sha256', key).update(`${form}\n${issued}\n${id}`).digest();
  const expiryOf = (issuedMs: number) => issuedMs + maxSeconds * 1000;

  return {
    issue(form) {
      const issuedMs = clock().getTime();
      const issued = issuedMs.toString(36);
      const id = deps.randomBytes(16).toString('base64url');
      return {
        token: `${issued}.${id}.${signature(signing, form, issued, id).toString('base64url')}`,
        id,
        expiresAt: new Date(expiryOf(issuedMs)).toISOString(),
      };
    },
    judge(token, form) {
      if (token === undefined) return { suspicion: 'no_token' };
      const [, issued, id, given] = shape.exec(token) ?? [];
      if (issued === undefined || id === undefined || given === undefined)
        return { suspicion: 'token_invalid' };
      const bytes = Buffer.from(given, 'base64url');
      const isGenuine = keys.some((key) => timingSafeEqual(bytes, signature(key, form, issued, id)));
      if (!isGenuine) return { suspicion: 'token_invalid' };
      const issuedMs = Number.parseInt(issued, 36);
      const now = clock().getTime();
      if (now >= expiryOf(issuedMs)) return { suspicion: 'token_expired' };
      const genuine = { id, expiresAt: new Date(expiryOf(issuedMs)).toISOString() };
      return { suspicion: now - issuedMs < minSeconds * 1000 ? 'too_fast' : undefined, genuine };
    },
  };
}
