import type { Request } from 'express';
import { AppError } from '../app-error.ts';
import type { KeyService } from '../keys/key-service.ts';
import type { BearerTokens } from './bearer-tokens.ts';
import type { Caller } from './caller.ts';

interface IdentifyDeps {
  keys: Pick<KeyService, 'authenticate'>;
  /** Missing where no tokens are taken. */
  bearerTokens?: BearerTokens | undefined;
}

/**
 * Who makes the request, by its `X-Api-Key` or else by a token; undefined if it has neither. Rejects with
 * `unauthorized` for a key, and `token_invalid` for a token, that is not good.
 */
export async function identifyCaller(
  req: Request,
  { keys, bearerTokens }: IdentifyDeps,
): Promise<Caller | undefined> {
  const secret = req.get('x-api-key');
  if (secret === undefined) {
    try {
      return await bearerTokens?.identify(req.headers);
    } catch (error) {
      throw error instanceof AppError && error.code === 'token_invalid' ? challenged(error) : error;
    }
  }
  const key = await keys.authenticate(secret);
  if (!key) {
    const headers = bearerTokens && challenge();
    throw new AppError('unauthorized', 'The API key is unknown or revoked.', headers && { headers });
  }
  return { id: key.id, scopes: key.scopes, plan: key.plan };
}

/** The refusal of a request that says nothing of who sends it. */
export function nobody({ bearerTokens }: IdentifyDeps): AppError {
  return bearerTokens
    ? new AppError('unauthorized', 'Send an API key in X-Api-Key, or a bearer token in Authorization.', {
        headers: challenge(),
      })
    : new AppError('unauthorized', 'Send an API key in X-Api-Key.');
}

function challenged(error: AppError): AppError {
  return new AppError(error.code, error.detail, {
    cause: error.cause,
    headers: { ...error.headers, ...challenge('invalid_token') },
  });
}

/** How to ask for a token (RFC 6750 section 3). There is no error code for a request without one. */
export function challenge(error?: 'invalid_token' | 'insufficient_scope', scope?: string) {
  const parts = [
    'realm="inlet"',
    ...(error ? [`error="${error}"`] : []),
    ...(scope ? [`scope="${scope}"`] : []),
  ];
  return { 'WWW-Authenticate': `Bearer ${parts.join(', ')}` };
}
