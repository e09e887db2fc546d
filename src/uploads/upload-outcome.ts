import { AppError } from '../app-error.ts';
import type { ProblemCode } from '../errors.ts';
import type { UploadOutcome } from '../metrics/metric-definitions.ts';

const outcomes: Partial<Record<ProblemCode, UploadOutcome>> = {
  incomplete_body: 'client_abort',
  request_timeout: 'stalled',
  too_large: 'too_large',
  too_many_parts: 'too_large',
  type_not_allowed: 'rejected_type',
  digest_mismatch: 'checksum_mismatch',
  store_unavailable: 'store_error',
  busy: 'busy',
};

/** What the metrics call an upload that failed for this reason. */
export function outcomeOf(reason: unknown): UploadOutcome {
  if (!(reason instanceof AppError)) return 'store_error';
  return outcomes[reason.code] ?? 'invalid';
}
