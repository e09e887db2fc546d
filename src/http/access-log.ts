import type { Socket } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import type { AppError } from '../app-error.ts';
import { plainAddress } from './client-address.ts';

/** What is noted for a client that left before its answer, as in the metrics and in nginx's log. */
const clientClosedRequest = 499;

/**
 * Signed links are keys for as long as they last, so their signatures stay out of the log. So do the ids of codes:
 * whoever has one can use up the tries of an address.
 */
function withoutSecrets(url: string): string {
  return url
    .replace(/([?&]signature=)[^&]*/g, '$1[redacted]')
    .replace(/^(\/v1\/otp\/)[^/?]+/, '$1[redacted]');
}

/** Asked for at the start: a socket that is closed no longer knows who was at its other end. */
function clientFields(req: Request) {
  return { client: plainAddress(req.ip), clientPort: req.socket.remotePort };
}

/** What an Application Load Balancer's access log has, under its names where it has one. */
function accessLogFields(req: Request, res: Response, milliseconds: number) {
  return {
    method: req.method,
    url: withoutSecrets(req.originalUrl),
    protocol: `HTTP/${req.httpVersion}`,
    scheme: req.protocol,
    domainName: req.hostname,
    status: res.headersSent ? res.statusCode : clientClosedRequest,
    complete: res.writableEnded,
    sentBytes: Number(res.getHeader('content-length') ?? 0) || undefined,
    targetProcessingMs: Math.round(milliseconds),
    userAgent: req.get('user-agent'),
    referer: req.get('referer'),
    traceId: req.get('x-amzn-trace-id'),
    route: res.locals.route,
    keyId: res.locals.keyId,
    errorReason: (res.locals.problem as AppError | undefined)?.code,
  };
}

/** One line a request, when its answer is over. Health checks are only seen at level debug. */
export function accessLog(clock: () => Date): RequestHandler {
  // What a kept connection had brought when its last request was over.
  const readBefore = new WeakMap<Socket, number>();
  return (req, res, next) => {
    const opening = { startedAt: clock().toISOString(), ...clientFields(req) };
    const started = performance.now();
    const { socket } = req;
    res.once('close', () => {
      const receivedBytes = socket.bytesRead - (readBefore.get(socket) ?? 0);
      readBefore.set(socket, socket.bytesRead);
      const milliseconds = performance.now() - started;
      const fields = { ...opening, ...accessLogFields(req, res, milliseconds), receivedBytes };
      const level = req.path === '/health' ? 'debug' : 'info';
      req.log[level](fields, res.writableEnded ? 'request' : 'request aborted');
    });
    next();
  };
}
