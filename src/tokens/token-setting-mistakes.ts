import { albKeysUrl } from './alb-keys-url.ts';

export interface TokenSettings {
  INLET_JWT_ISSUER?: string | undefined;
  INLET_JWT_AUDIENCE?: string[] | undefined;
  INLET_JWT_JWKS_URL?: string | undefined;
  INLET_JWT_SCOPE_CLAIM: string;
  INLET_JWT_SCOPE_PREFIX: string;
  INLET_JWT_PLAN?: string | undefined;
  INLET_ALB_OIDC_SIGNER?: string | undefined;
}

/** Where an issuer has its keys if no setting says so: Cognito's place, which others use as well. */
export function jwksUrl({ INLET_JWT_JWKS_URL, INLET_JWT_ISSUER }: TokenSettings): string | undefined {
  return INLET_JWT_JWKS_URL ?? INLET_JWT_ISSUER?.replace(/\/?$/, '/.well-known/jwks.json');
}

/**
 * Keys that somebody can change on their way are worth nothing, so they come by TLS (RFC 8414 section 3.3).
 * Nobody is on the way to this machine itself.
 */
function isSafe(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** Settings for tokens that don't go together, one sentence each. */
export function tokenSettingMistakes(settings: TokenSettings): string[] {
  const { INLET_JWT_ISSUER, INLET_JWT_AUDIENCE, INLET_JWT_JWKS_URL, INLET_ALB_OIDC_SIGNER } = settings;
  const mistakes: string[] = [];
  if (INLET_JWT_ISSUER && !INLET_JWT_AUDIENCE) {
    mistakes.push(
      'INLET_JWT_AUDIENCE: it must be set with INLET_JWT_ISSUER, or tokens for other services are taken',
    );
  }
  if (INLET_JWT_AUDIENCE && !INLET_JWT_ISSUER && !INLET_ALB_OIDC_SIGNER) {
    mistakes.push('INLET_JWT_AUDIENCE: no token is taken without INLET_JWT_ISSUER or INLET_ALB_OIDC_SIGNER');
  }
  if (INLET_JWT_JWKS_URL && !INLET_JWT_ISSUER) {
    mistakes.push('INLET_JWT_JWKS_URL: no token is taken without INLET_JWT_ISSUER');
  }
  const url = jwksUrl(settings);
  if (url && !isSafe(url)) {
    const name = INLET_JWT_JWKS_URL ? 'INLET_JWT_JWKS_URL' : 'INLET_JWT_ISSUER';
    mistakes.push(`${name}: keys of an issuer come by https only, except from this machine`);
  }
  if (INLET_ALB_OIDC_SIGNER && !albKeysUrl(INLET_ALB_OIDC_SIGNER)) {
    mistakes.push(
      'INLET_ALB_OIDC_SIGNER: expected arn:aws:elasticloadbalancing:<region>:<account>:loadbalancer/app/<name>/<id>',
    );
  }
  return mistakes;
}
