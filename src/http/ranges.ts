import type { Request, Response } from 'express';
import { AppError } from '../app-error.ts';

/**
 * More ranges than any reader needs; asking for many small ones is an old way to exhaust a server
 * (RFC 9110 section 17.15).
 */
const maxRanges = 16;

/** Whether the `If-Range` of the request, if any, names what is being served (RFC 9110 section 13.1.5). */
function rangeStillApplies(req: Request, res: Response): boolean {
  const condition = req.get('if-range')?.trim();
  if (condition === undefined) return true;
  return condition === res.getHeader('ETag') || condition === res.getHeader('Last-Modified');
}

/**
 * The one range to serve, both ends inclusive, or undefined for all of it: also for several ranges, for
 * malformed ones and for other units, which RFC 9110 section 14.2 allows or asks for.
 * Throws `range_not_satisfiable` with `Content-Range`, for a range outside of `size` or too many of them.
 */
export function selectRange(
  req: Request,
  res: Response,
  size: number,
): { start: number; end: number } | undefined {
  const header = req.get('range') ?? '';
  if (!rangeStillApplies(req, res)) return undefined;
  const refuse = (detail: string) =>
    new AppError('range_not_satisfiable', detail, { headers: { 'Content-Range': `bytes */${size}` } });
  if (header.split(',').length > maxRanges) throw refuse(`At most ${maxRanges} ranges are taken.`);
  const found = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header);
  const [first = '', last = ''] = found?.slice(1) ?? [];
  if (first === '' && last === '') return undefined;
  // A suffix that is longer than the content is all of it (RFC 9110 section 14.1.2).
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start >= size) throw refuse(`The content has ${size} bytes.`);
  return { start, end };
}
