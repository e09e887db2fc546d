import {
  createServer,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../app-error.ts';
import type { ProblemCode } from '../errors.ts';
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

/**
 * Answers a message that broke. A request that is under way ends with its connection, so it hears of it first,
 * as the event `broken` of its answer: it comes to nothing, and answers with the problem itself. That holds
 * also for bytes right after a request that belong to no message: its length was not the true one.
 */
function answerBrokenMessage(
  error: NodeJS.ErrnoException,
  socket: Socket,
  release: string,
  underWay: ServerResponse | undefined,
): void {
  // What was answered in full needs only time to leave.
  if (underWay?.writableEnded) return;
  // In the middle of an answer, another one would be taken for a part of it.
  if (error.code === 'ECONNRESET' || !socket.writable || underWay?.headersSent) {
    socket.destroy();
    return;
  }
  const problem = new AppError(parserErrors[error.code ?? ''] ?? 'invalid_request', undefined, {
    cause: error,
  });
  if (underWay?.emit('broken', problem)) return;
  const id = requestIdOf({});
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
  // The newest answer of each connection that is not over.
  const underWay = new WeakMap<Socket, ServerResponse>();
  const serve: RequestListener = (req, res) => {
    underWay.set(req.socket, res);
    res.once('close', () => {
      if (underWay.get(req.socket) === res) underWay.delete(req.socket);
    });
    app(req, res);
  };
  const server = createServer(
    {
      keepAliveTimeout: options.keepAliveSeconds * 1000,
      headersTimeout: options.headersSeconds * 1000,
      requestTimeout: 0,
      // The application refuses a message without it, as the problem that it is.
      requireHostHeader: false,
    },
    serve,
  );
  server.on('checkContinue', (req, res) => {
    noteExpectation(req);
    serve(req, res);
  });
  server.on('checkExpectation', serve);
  server.on('clientError', (error, socket) =>
    answerBrokenMessage(error, socket as Socket, options.release, underWay.get(socket as Socket)),
  );
  return server;
}
