import { AppError } from '../../app-error.ts';
import type { CodeMessage } from '../../otp/code-sender.ts';

/**
 * What may be logged of an error that a sender met: its name, AWS's words without address and code, and the status.
 * AWS repeats addresses and numbers in its messages ("Email address is not verified: …"). Those of a store never do.
 */
export function toSendError(error: unknown, { to, code }: Pick<CodeMessage, 'to' | 'code'>): Error {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error)) return new Error('The code could not be sent.');
  const status = statusOf(error);
  const words = [to, code].reduce((text, secret) => withoutText(text, secret), error.message);
  const safe = new Error(status === undefined ? words : `${words} (HTTP status ${status})`);
  safe.name = error.name;
  return safe;
}

/** The HTTP status of AWS's answer. Undefined if there was none. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function withoutText(text: string, secret: string): string {
  if (secret === '') return text;
  return text.replace(new RegExp(secret.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi'), '…');
}
