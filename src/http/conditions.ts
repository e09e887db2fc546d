import type { Request, Response } from 'express';
import { AppError } from '../errors.ts';

/**
 * Evaluates the conditions of a GET in the order of RFC 9110 section 13.2.2, against the `ETag` and
 * `Last-Modified` that are already on the answer. Throws `precondition_failed`.
 */
export function answerConditions(req: Request, res: Response): 'send' | 'not_modified' {
  const etag = String(res.getHeader('ETag'));
  const wanted = req.get('if-match');
  if (
    wanted !== undefined &&
    wanted.trim() !== '*' &&
    !wanted.split(',').some((tag) => tag.trim() === etag)
  ) {
    throw new AppError('precondition_failed');
  }
  const since = Date.parse(req.get('if-unmodified-since') ?? '');
  if (wanted === undefined && since < Date.parse(String(res.getHeader('Last-Modified')))) {
    throw new AppError('precondition_failed');
  }
  // Express asks the library "fresh": If-None-Match, then If-Modified-Since.
  return req.fresh ? 'not_modified' : 'send';
}
