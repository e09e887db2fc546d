import type { Request, Response } from 'express';
import { AppError } from '../app-error.ts';

/** Whether a list of tags names one of these. */
function names(list: string, ...tags: string[]): boolean {
  return list.trim() === '*' || list.split(',').some((tag) => tags.includes(tag.trim()));
}

/**
 * Evaluates the conditions of a GET in the order of RFC 9110 section 13.2.2, against the `ETag` and
 * `Last-Modified` that are already on the answer. Throws `precondition_failed`. `Cache-Control: no-cache`
 * changes nothing here: it speaks to caches, and `fetch` in browsers adds it to every condition of a script.
 */
export function answerConditions(req: Request, res: Response): 'send' | 'not_modified' {
  const etag = String(res.getHeader('ETag'));
  const modified = Date.parse(String(res.getHeader('Last-Modified')));
  const wanted = req.get('if-match');
  if (wanted !== undefined && !names(wanted, etag)) throw new AppError('precondition_failed');
  if (wanted === undefined && Date.parse(req.get('if-unmodified-since') ?? '') < modified) {
    throw new AppError('precondition_failed');
  }
  const known = req.get('if-none-match');
  // A weak tag will do here, not above (RFC 9110 sections 13.1.1 and 13.1.2).
  if (known !== undefined) return names(known, etag, `W/${etag}`) ? 'not_modified' : 'send';
  return modified <= Date.parse(req.get('if-modified-since') ?? '') ? 'not_modified' : 'send';
}
