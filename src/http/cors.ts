import cors from 'cors';
import type { RequestHandler } from 'express';

/**
 * Lets pages of the given origins (or of all, for `*`) call the API and read its answers. Without any, only
 * pages of its own origin can. Cookies are never involved, so credentials are never allowed.
 */
export function crossOrigin(allowedOrigins: readonly string[]): RequestHandler {
  return cors({
    origin: allowedOrigins.includes('*') ? '*' : [...allowedOrigins],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Accept',
      'Authorization',
      'Content-Type',
      'Content-Disposition',
      'Content-Digest',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'If-Range',
      'Range',
      'X-Api-Key',
      'X-Request-Id',
    ],
    exposedHeaders: [
      'Content-Disposition',
      'Content-Range',
      'Date',
      'ETag',
      'Location',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'Repr-Digest',
      'Retry-After',
      'WWW-Authenticate',
      'X-Inlet-Release',
      'X-Request-Id',
    ],
    // Every OPTIONS goes on to the route that it is about, which knows its methods.
    preflightContinue: true,
    // The longest that Chromium keeps an answer to a preflight.
    maxAge: 7200,
  });
}
