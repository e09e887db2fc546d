import type { RequestHandler } from 'express';
import type { Lifecycle } from '../health/lifecycle.ts';

/**
 * Tells clients of a draining process to close their connection after this answer, so that their next
 * request goes elsewhere. Judged when the answer begins: an upload may have come long before the drain.
 */
export function closeWhenDraining(lifecycle: Lifecycle): RequestHandler {
  return (_req, res, next) => {
    const { writeHead } = res;
    res.writeHead = ((...args: Parameters<typeof writeHead>) => {
      if (lifecycle.draining) res.setHeader('Connection', 'close');
      return Reflect.apply(writeHead, res, args);
    }) as typeof writeHead;
    next();
  };
}
