import { errors } from 'jose';
import { AppError } from '../app-error.ts';

/** Seconds by which clocks may differ (RFC 7519 section 4.1.4: "usually no more than a few minutes"). */
export const clockToleranceSeconds = 30;

/**
 * What jose or a check of ours found wrong, as a problem. Names claims but never shows what is in them. The error of
 * jose is left out even of the log, because it carries all of the claims.
 */
export function tokenRefusal(error: unknown): AppError {
  return error instanceof AppError ? error : new AppError('token_invalid', reasonOf(error));
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired (`exp`).';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return `The token has no claim \`${error.claim}\`.`;
    if (error.claim === 'nbf') return 'The token is not valid yet (`nbf`).';
    return `The claim \`${error.claim}\` is not what it must be.`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'Tokens signed with this `alg` are not taken.';
  if (error instanceof errors.JWKSNoMatchingKey) return 'The issuer has no key with this `kid` and `alg`.';
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return 'The token does not tell by `kid` which key of the issuer signed it.';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token is wrong.';
  return 'The token is not a JWT that can be verified (RFC 7519).';
}
