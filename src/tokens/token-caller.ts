import { createHash } from 'node:crypto';
import { AppError } from '../app-error.ts';
import type { Caller } from '../http/caller.ts';
import { type Scope, scopes } from '../keys/key-store.ts';

/** What a good token says of its bearer. */
export interface TokenClaims {
  client: unknown;
  subject: unknown;
  claims: Readonly<Record<string, unknown>>;
}

export type TokenCaller = (token: TokenClaims) => Caller;

interface TokenCallerOptions {
  scopeClaim: string;
  scopePrefix: string;
  plan: string | undefined;
}

/**
 * Makes callers of tokens. The client comes before the subject: there are few clients and any number of users, and the
 * id becomes a label of metrics. Both are marked as what they are, so that no user can be named like a client (RFC
 * 9068 section 5), and neither like an API key.
 */
export function createTokenCaller({ scopeClaim, scopePrefix, plan }: TokenCallerOptions): TokenCaller {
  return ({ client, subject, claims }) => {
    const id = markedId('client', client) ?? markedId('subject', subject);
    if (!id) throw new AppError('token_invalid', 'The token names neither a client nor a subject.');
    return { id, scopes: scopesIn(claims[scopeClaim], scopePrefix), ...(plan && { plan }) };
  };
}

/** Ids that are long or have characters of other uses in logs and stores are replaced by their hash. */
function markedId(mark: string, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (/^[\w.@|-]{1,64}$/.test(value)) return `${mark}:${value}`;
  return `${mark}:sha256-${createHash('sha256').update(value).digest('hex').slice(0, 32)}`;
}

/** The scopes of this service in a text with blanks (RFC 8693 section 4.2) or a list. Others are not its business. */
function scopesIn(value: unknown, prefix: string): Scope[] {
  const names = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  const own = new Set(
    names
      .filter((name) => typeof name === 'string' && name.startsWith(prefix))
      .map((n) => n.slice(prefix.length)),
  );
  return scopes.filter((scope) => own.has(scope));
}
