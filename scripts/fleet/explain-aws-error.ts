import { FleetError } from './fleet-error.ts';

const expired = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/;
const denied = /^(AccessDenied(Exception)?|UnauthorizedOperation)$/;
const unknownKey = /^(InvalidClientTokenId|UnrecognizedClientException|AuthFailure|SignatureDoesNotMatch)$/;

/**
 * What an administrator can do about an error of AWS, beside AWS's own words. Other errors come back as they
 * are.
 */
export function explainAwsError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof FleetError) return error;
  const { name, message } = error;
  const words = `${name}: ${message}`;
  if (name === 'CredentialsProviderError') {
    return new FleetError(`There are no AWS credentials. ${message}`, {
      advice: 'Sign in, such as with `aws sso login`, and set AWS_PROFILE.',
      cause: error,
    });
  }
  if (expired.test(name)) {
    return new FleetError(words, {
      advice: 'Sign in again, then run the same command: it goes on.',
      cause: error,
    });
  }
  if (unknownKey.test(name)) {
    return new FleetError(words, { advice: 'Check AWS_PROFILE and the keys.', cause: error });
  }
  if (denied.test(name)) {
    return new FleetError(words, {
      advice: 'docs/iam.md lists what an administrator may need.',
      cause: error,
    });
  }
  return '$metadata' in error ? new FleetError(words, { cause: error }) : error;
}
