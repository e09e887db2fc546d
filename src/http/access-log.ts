import type { Socket } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import type { AppError } from '../errors.ts';
import { plainAddress } from './client-address.ts';

/** Signed links are keys for as long as they last, so their signatures stay out of the log. */
function withoutSignature(url: string): string {
  return url.replace(/([?&]signature=)[^&]*/g, '$1[redacted]');
}

/** What an Application Load Balancer's access log has, under its names where it has one. */
function accessLogFields(req: Request, res: Response, startedAt: Date, milliseconds: number) {
  return {
    startedAt: startedAt.toISOString(),
    client: plainAddress(req.ip),
    clientPort: req.socket.remotePort,
    method: req.method,
    url: withoutSignature(req.originalUrl),
    protocol: `HTTP/${req.httpVersion}`,
    scheme: req.protocol,
    domainName: req.hostname,
    status: res.statusCode,
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
    const startedAt = clock();
    const started = performance.now();
    const { socket } = req;
    res.once('close', () => {
      const receivedBytes = socket.bytesRead - (readBefore.get(socket) ?? 0);
      readBefore.set(socket, socket.bytesRead);
      const fields = { ...accessLogFields(req, res, startedAt, performance.now() - started), receivedBytes };
      const level = req.path === '/health' ? 'debug' : 'info';
      req.log[level](fields, res.writableEnded ? 'request' : 'request aborted');
    });
    next();
  };
}
