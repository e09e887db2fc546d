import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import { AppError } from '../app-error.ts';
import type { BearerTokens } from '../http/bearer-tokens.ts';
import { createAlbKeys } from './alb-keys.ts';
import { albKeysUrl } from './alb-keys-url.ts';
import { createAlbToken } from './alb-token.ts';
import { createBearerJwt } from './bearer-jwt.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import { createTokenCaller, type TokenCaller } from './token-caller.ts';
import { jwksUrl, type TokenSettings } from './token-setting-mistakes.ts';

interface BearerTokensDeps {
  clock: () => Date;
  fetch: typeof globalThis.fetch;
  log: Pick<Logger, 'warn'>;
  /** Where the keys of load balancers are. Default: where AWS has those of the region. */
  albKeysUrl?: string;
}

/** Judges tokens as the settings say; undefined if they name nobody whose tokens are taken. */
export function createBearerTokens(
  settings: TokenSettings,
  deps: BearerTokensDeps,
): BearerTokens | undefined {
  const callerOf = createTokenCaller({
    scopeClaim: settings.INLET_JWT_SCOPE_CLAIM,
    scopePrefix: settings.INLET_JWT_SCOPE_PREFIX,
    plan: settings.INLET_JWT_PLAN,
  });
  const ofIssuer = issuerTokens(settings, deps, callerOf);
  const ofLoadBalancer = loadBalancerTokens(settings, deps, callerOf);
  if (!ofIssuer && !ofLoadBalancer) return undefined;
  return {
    async identify(headers) {
      const bearer = ofIssuer && bearerTokenIn(headers.authorization);
      if (bearer !== undefined) return ofIssuer?.(bearer);
      const data = headers['x-amzn-oidc-data'];
      if (typeof data === 'string' && !isFromAnotherSite(headers)) return ofLoadBalancer?.(data);
      return undefined;
    },
  };
}

function issuerTokens(
  settings: TokenSettings,
  { clock, fetch, log }: BearerTokensDeps,
  callerOf: TokenCaller,
) {
  const url = jwksUrl(settings);
  const { INLET_JWT_ISSUER: issuer, INLET_JWT_AUDIENCE: audience } = settings;
  if (!issuer || !audience || !url) return undefined;
  const keys = createIssuerKeys({ url, fetch, clock, log });
  return createBearerJwt({ issuer, audience, keys, callerOf, clock });
}

function loadBalancerTokens(settings: TokenSettings, deps: BearerTokensDeps, callerOf: TokenCaller) {
  const { INLET_ALB_OIDC_SIGNER: signer, INLET_JWT_ISSUER: issuer, INLET_JWT_AUDIENCE: audience } = settings;
  const baseUrl = signer && (deps.albKeysUrl ?? albKeysUrl(signer));
  if (!baseUrl) return undefined;
  const { clock, fetch } = deps;
  const keyOf = createAlbKeys({ baseUrl, fetch, clock });
  return createAlbToken({ signer, issuer, audience, keyOf, callerOf, clock });
}

/** The token after `Bearer` (RFC 6750 section 2.1); undefined if another scheme is used, or none. */
function bearerTokenIn(authorization: string | undefined): string | undefined {
  const match = /^bearer(?: +(.*))?$/i.exec(authorization ?? '');
  if (!match) return undefined;
  const [, token = ''] = match;
  if (!/^[\w.~+/-]+=*$/.test(token)) {
    throw new AppError('token_invalid', 'What stands after `Bearer` is no token.');
  }
  return token;
}

/**
 * The load balancer knows users by a cookie that browsers send along from pages of any site (`SameSite=None`). So what
 * such a page does must not count as done by the user (OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Fetch
 * Metadata"). Browsers without Fetch Metadata send `Origin` with everything that changes something.
 */
function isFromAnotherSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host);
}
