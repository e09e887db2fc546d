import { type CompactJWSHeaderParameters, compactVerify } from 'jose';
import { AppError } from '../app-error.ts';
import type { Caller } from '../http/caller.ts';
import type { AlbKeys } from './alb-keys.ts';
import type { TokenCaller } from './token-caller.ts';
import { clockToleranceSeconds, tokenRefusal } from './token-refusal.ts';

interface AlbTokenDeps {
  /** ARN of the one load balancer that is believed. */
  signer: string;
  /** What `iss` must be, if given. */
  issuer: string | undefined;
  /** What `client` must be one of, if given. */
  audience: readonly string[] | undefined;
  keyOf: AlbKeys;
  callerOf: TokenCaller;
  clock: () => Date;
}

/**
 * Judges the `X-Amzn-Oidc-Data` of an Application Load Balancer: a token of its own with what the identity provider
 * says of the user. Any load balancer of the region, of any account, signs with these keys, so only `signer` tells
 * that it is ours. Rejects with `token_invalid`, or with what `keyOf` rejects with.
 *
 * The parts of the token end in `=`, against RFC 7515, and the signature is over them as they came. jose verifies what
 * came and decodes with or without padding. Source: "Authenticate users using an Application Load Balancer" and
 * "Security best practices when using ALB authentication" (AWS, 2024).
 */
export function createAlbToken({ signer, issuer, audience, keyOf, callerOf, clock }: AlbTokenDeps) {
  async function keyFor(header: CompactJWSHeaderParameters) {
    if (header.signer !== signer) throw new AppError('token_invalid', 'Another load balancer signed it.');
    return keyOf(String(header.kid));
  }

  function check(header: CompactJWSHeaderParameters, claims: Record<string, unknown>) {
    const expiries = [header.exp, ...('exp' in claims ? [claims.exp] : [])];
    const now = clock().getTime() / 1000;
    if (!expiries.every((exp) => typeof exp === 'number' && exp > now - clockToleranceSeconds)) {
      throw new AppError('token_invalid', 'The token has expired, or does not say when (`exp`).');
    }
    const issuers = [header.iss, ...('iss' in claims ? [claims.iss] : [])];
    if (issuer !== undefined && !issuers.every((one) => one === issuer)) {
      throw new AppError('token_invalid', 'The user signed in elsewhere (`iss`).');
    }
    if (audience && !(typeof header.client === 'string' && audience.includes(header.client))) {
      throw new AppError('token_invalid', 'The user signed in to another application (`client`).');
    }
  }

  return async (token: string): Promise<Caller> => {
    const { payload, protectedHeader } = await compactVerify(token, keyFor, { algorithms: ['ES256'] }).catch(
      (error) => {
        throw tokenRefusal(error);
      },
    );
    const claims = claimsIn(payload);
    check(protectedHeader, claims);
    return callerOf({ client: protectedHeader.client, subject: claims.sub, claims });
  };
}

function claimsIn(payload: Uint8Array): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload).toString());
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AppError('token_invalid', 'The token has no claims.');
}
