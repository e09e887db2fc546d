import type { RequestHandler, Response } from 'express';
import type { Metrics } from './metrics.ts';

/** The status that is counted for a client that left before its answer, as nginx logs it. */
const clientClosedRequest = 499;

function byteLength(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string')
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

/**
 * Calls `tell` just before the last byte of the answer is handed to the socket: in `end`, or in the `write`
 * that completes the declared length. A stream with a `Content-Length` is complete for the client at that
 * write already, and nothing says that the process still lives when `end` would follow.
 */
function beforeLastByte(res: Response, tell: () => void): void {
  const { write, end } = res;
  let written = 0;
  res.write = ((...args: Parameters<typeof write>) => {
    written += byteLength(args[0], args[1]);
    if (res.req.method === 'HEAD' || written >= Number(res.getHeader('content-length') ?? Infinity)) tell();
    return Reflect.apply(write, res, args);
  }) as typeof write;
  res.end = ((...args: Parameters<typeof end>) => {
    tell();
    return Reflect.apply(end, res, args);
  }) as typeof end;
}

/**
 * Counts every answer and its duration, before its last byte leaves: whoever has an answer finds it counted,
 * whatever happens to this process next. Must come before every handler that answers. A later handler puts
 * the template of its route into `res.locals.route`; what no route took counts as `(unmatched)`.
 *
 * `now` is a monotonic clock in milliseconds.
 */
export function httpMetrics(
  metrics: Pick<Metrics, 'httpRequest'>,
  now: () => number = () => performance.now(),
): RequestHandler {
  return (req, res, next) => {
    const started = now();
    let counted = false;
    const count = (status: number) => {
      if (counted) return;
      counted = true;
      const route = typeof res.locals.route === 'string' ? res.locals.route : '(unmatched)';
      metrics.httpRequest({ method: req.method, route, status, seconds: (now() - started) / 1000 });
    };
    beforeLastByte(res, () => count(res.statusCode));
    res.once('close', () => count(clientClosedRequest));
    next();
  };
}
