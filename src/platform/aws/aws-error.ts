import { AppError } from '../../app-error.ts';

/** The members of an SDK error that say what went wrong. */
interface SdkError {
  name?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

/** Throttling answers, most of which come with status 400. */
const throttled = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
]);

/** Answers with status 400 which say that the request was damaged or lost on its way. */
const damaged = new Set(['BadDigest', 'IncompleteBody', 'RequestTimeout', 'XAmzContentSHA256Mismatch']);

/** Whether the service was not reached, did not answer in time, is overloaded or got damaged bytes. */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name = '', $metadata } = error as SdkError;
  if (name === 'TimeoutError' || name === 'CredentialsProviderError') return true;
  if (throttled.has(name) || damaged.has(name)) return true;
  const status = $metadata?.httpStatusCode;
  // The SDK marks whatever its transport throws; without a status there was no answer.
  if ($metadata) return status === undefined || status >= 500 || status === 429;
  return false;
}

/**
 * Makes `store_unavailable` of an SDK failure that trying again may cure. Everything else, such as a missing
 * permission or table, is a fault that someone must repair, and stays as it is.
 */
export function asStoreError(error: unknown): unknown {
  return isUnavailable(error) ? new AppError('store_unavailable', undefined, { cause: error }) : error;
}

/** Whether the service answered that it is asked too often: it is there, and knows who asks. */
export function isThrottled(error: unknown): boolean {
  return error instanceof Error && throttled.has(error.name);
}

/** Whether the SDK rejected with the error of that name. */
export function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/**
 * Makes `undefined` of the refusal of a conditional write, because there is an object already. A 409 is none: two
 * writes or a deletion were under way at once, and the write may be sent again.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function orTaken(error: unknown): undefined {
  if (isNamed(error, 'PreconditionFailed')) return undefined;
  throw isNamed(error, 'ConditionalRequestConflict')
    ? new AppError('store_unavailable', undefined, { cause: error })
    : error;
}
