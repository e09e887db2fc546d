import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';

declare module 'express-serve-static-core' {
  interface Request {
    /** Names this request in the answer, in the log and in problems. */
    id: string;
    /** Logs with the request's id. */
    log: Logger;
  }
}

const acceptable = /^[\w.:/=+@-]{1,128}$/;

/**
 * The id that the client or the load balancer gave, if it is harmless in a log; a new one otherwise.
 * The load balancer's `X-Amzn-Trace-Id` is a list such as `Self=1-…;Root=1-…`, of which `Root` stays the
 * same along the way ("Request tracing" in the guide to Application Load Balancers).
 */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const root = /(?:^|;)\s*Root=([^;]+)/.exec(String(headers['x-amzn-trace-id'] ?? ''))?.[1];
  const given = [headers['x-request-id'], root].find((id) => typeof id === 'string' && acceptable.test(id));
  return typeof given === 'string' ? given : randomUUID();
}

/** Gives every request its id and its logger, and every answer the id and the release. */
export function requestContext(log: Logger, release: string): RequestHandler {
  return (req, res, next) => {
    req.id = requestIdOf(req.headers);
    req.log = log.child({ requestId: req.id });
    // A pipeline into the answer listens seven times by itself, which with ours is over Node's usual ten.
    res.setMaxListeners(20);
    res.set('X-Request-Id', req.id).set('X-Inlet-Release', release);
    next();
  };
}
