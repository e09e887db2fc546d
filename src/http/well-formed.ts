import type { RequestHandler } from 'express';
import { AppError } from '../app-error.ts';

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Refuses what Node's parser lets through although it is no request: HTTP/1.1 without exactly one `Host`
 * (RFC 9112 section 3.2), and a path whose percent escapes are not UTF-8. Otherwise the same broken path would
 * be a bad request at one address and a missing one at the next.
 */
export const requireWellFormed: RequestHandler = (req, _res, next) => {
  if (req.httpVersion === '1.1' && req.headersDistinct.host?.length !== 1) {
    throw new AppError('invalid_request', 'It needs exactly one Host header.');
  }
  if (!isDecodable(req.path)) throw new AppError('invalid_request', 'The path has a broken percent escape.');
  next();
};
