import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, type ProblemCode } from '../errors.ts';
import { noteExpectation } from './continue.ts';
import { toProblem } from './problem.ts';
import { requestIdOf } from './request-context.ts';

interface ServerOptions {
  keepAliveSeconds: number;
  headersSeconds: number;
  release: string;
}

/** What Node's HTTP parser finds wrong, before there is a request that Express could answer. */
const parserErrors: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_INVALID_EOF_STATE: 'incomplete_body',
};

function answerBrokenMessage(error: NodeJS.ErrnoException, socket: Socket, release: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const id = requestIdOf({});
  const problem = new AppError(parserErrors[error.code ?? ''] ?? 'invalid_request', undefined, {
    cause: error,
  });
  const body = JSON.stringify(toProblem(problem, '/', id));
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${id}`,
      `X-Inlet-Release: ${release}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

/**
 * An HTTP server with Inlet's edges: timeouts that suit a load balancer in front, problems also for
 * messages that Node cannot parse, and "100 Continue" only once a body is wanted.
 * There is no `requestTimeout`: `guardBody` ends stalled bodies instead.
 */
export function createHttpServer(app: RequestListener, options: ServerOptions): Server {
  const server = createServer(
    {
      keepAliveTimeout: options.keepAliveSeconds * 1000,
      headersTimeout: options.headersSeconds * 1000,
      requestTimeout: 0,
    },
    app,
  );
  server.on('checkContinue', (req, res) => {
    noteExpectation(req);
    app(req, res);
  });
  server.on('checkExpectation', (req, res) => app(req, res));
  server.on('clientError', (error, socket) => answerBrokenMessage(error, socket as Socket, options.release));
  return server;
}
