import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { AppError } from '../app-error.ts';
import type { Caller } from '../http/caller.ts';
import type { TokenCaller } from './token-caller.ts';
import { clockToleranceSeconds, tokenRefusal } from './token-refusal.ts';

interface BearerJwtDeps {
  /** Exactly what `iss` must be. */
  issuer: string;
  /** What `aud` must have one of. */
  audience: readonly string[];
  keys: JWTVerifyGetKey;
  callerOf: TokenCaller;
  clock: () => Date;
}

/**
 * Public keys only. With HS256 among them, the public key of the issuer would be good as a secret (RFC 8725
 * section 2.1).
 */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Access tokens (RFC 9068 section 4) and what says nothing: no logout tokens, no DPoP proofs (RFC 8725 section 3.11). */
const typPattern = /^(application\/)?(at\+)?jwt$/i;

/**
 * Access tokens of Cognito have no `aud` unless a resource server was asked for; their app client stands in `client_id`
 * (Cognito's guide, "Verifying JSON web tokens"). Anyone else's token must have `aud`.
 */
function audiencesOf({ aud, token_use: use, client_id: client }: JWTPayload): unknown[] {
  if (aud === undefined && use === 'access') return [client];
  return Array.isArray(aud) ? aud : [aud];
}

/**
 * Judges access tokens (RFC 9068, RFC 8725). Rejects with `token_invalid`, or with what `keys` rejects with.
 *
 * Cognito's ID tokens are refused. They are for the application that the user signs in to: their `aud` is that
 * application, so it says nothing about this service, and they have no scopes. Cognito's guide ("Understanding the access
 * token") gives the access token the purpose of authorizing API operations.
 */
export function createBearerJwt({ issuer, audience, keys, callerOf, clock }: BearerJwtDeps) {
  return async (token: string): Promise<Caller> => {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms,
      issuer,
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceSeconds,
      currentDate: clock(),
    }).catch((error) => {
      throw tokenRefusal(error);
    });
    if (protectedHeader.typ !== undefined && !typPattern.test(protectedHeader.typ)) {
      throw new AppError('token_invalid', 'Its `typ` is not that of an access token.');
    }
    if (payload.token_use !== undefined && payload.token_use !== 'access') {
      throw new AppError('token_invalid', 'It is no access token (`token_use`). Send the access token.');
    }
    if (!audiencesOf(payload).some((one) => typeof one === 'string' && audience.includes(one))) {
      throw new AppError('token_invalid', 'It is for another service (`aud`, or `client_id` with Cognito).');
    }
    return callerOf({
      client: payload.client_id ?? payload.azp,
      subject: payload.sub,
      claims: payload,
    });
  };
}
