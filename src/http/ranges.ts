import type { Request, Response } from 'express';
import { AppError } from '../errors.ts';

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
 * The one range to serve, both ends inclusive, or undefined for all of it. Ranges that touch are joined;
 * several that do not are answered with the whole, as RFC 9110 section 14.2 allows.
 * Throws `range_not_satisfiable` with `Content-Range`, for ranges outside of `size` or too many of them.
 */
export function selectRange(
  req: Request,
  res: Response,
  size: number,
): { start: number; end: number } | undefined {
  if (!rangeStillApplies(req, res)) return undefined;
  const refuse = (detail: string) =>
    new AppError('range_not_satisfiable', detail, { headers: { 'Content-Range': `bytes */${size}` } });
  if ((req.get('range') ?? '').split(',').length > maxRanges)
    throw refuse(`At most ${maxRanges} ranges are taken.`);
  const ranges = req.range(size, { combine: true });
  if (ranges === -1) throw refuse(`The content has ${size} bytes.`);
  // A malformed or foreign Range header is ignored, as RFC 9110 section 14.2 asks for.
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes') return undefined;
  return ranges.length === 1 ? ranges[0] : undefined;
}
