import type { ErrorRequestHandler, Request, Response } from 'express';
import { AppError } from '../app-error.ts';
import { type ProblemCode, problems } from '../errors.ts';
import { drainBody, hasUnreadBody } from './drain-body.ts';
import { problemPage } from './problem-page.ts';

/** An RFC 9457 problem. */
export interface Problem {
  /** Leads to the explanation of the code, relative to the API. */
  type: string;
  title: string;
  status: number;
  detail?: string;
  instance: string;
  code: ProblemCode;
  requestId: string;
  errors?: { pointer: string; detail: string }[];
}

/** What Express, its parsers and Node throw, by the `type` or `code` that they give it. */
const foreignErrors: Record<string, ProblemCode> = {
  'entity.parse.failed': 'invalid_json',
  'entity.too.large': 'too_large',
  'charset.unsupported': 'unsupported_media_type',
  'encoding.unsupported': 'unsupported_media_type',
  'parameters.too.many': 'too_many_parts',
  'querystring.parse.rangeError': 'invalid_form',
  'request.aborted': 'incomplete_body',
  'request.size.invalid': 'incomplete_body',
  ECONNRESET: 'incomplete_body',
};

/** Makes any thrown value an AppError; what is not known is a fault of ours. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { type, code, status } = (error ?? {}) as { type?: string; code?: string; status?: number };
  const known = foreignErrors[type ?? ''] ?? foreignErrors[code ?? ''];
  if (known) return new AppError(known, undefined, { cause: error });
  if (error instanceof URIError || status === 400)
    return new AppError('invalid_request', undefined, { cause: error });
  return new AppError('internal', undefined, { cause: error });
}

/** What an answer that was being prepared says of its content. None of it is true of a problem. */
const contentHeaders = [
  'Content-Disposition',
  'Content-Range',
  'ETag',
  'Last-Modified',
  'Repr-Digest',
  'Accept-Ranges',
];

/** A fault of ours wants someone to act; a store that is down wants to be seen; the rest is the client's. */
function levelOf(error: AppError): 'error' | 'warn' | 'debug' {
  if (error.code === 'internal') return 'error';
  return error.status >= 500 && error.code !== 'draining' ? 'warn' : 'debug';
}

export function toProblem(error: AppError, instance: string, requestId: string): Problem {
  return {
    type: `/docs/errors#${error.code}`,
    title: problems[error.code].title,
    status: error.status,
    ...(error.detail && { detail: error.detail }),
    instance,
    code: error.code,
    requestId,
    ...(error.errors && { errors: error.errors }),
  };
}

/**
 * Answers with a problem. Browsers that post a plain form get it as a page. If the client is still sending,
 * the whole answer goes out at once, but the connection ends only after some of the rest was read: closing
 * it with unread bytes makes the client's system throw the answer away (RFC 9112 section 9.6).
 */
export async function sendProblem(
  req: Request,
  res: Response,
  thrown: unknown,
  { drain = true }: { drain?: boolean } = {},
): Promise<void> {
  const error = toAppError(thrown);
  if (res.headersSent) {
    // Too late for another answer; only cutting it off tells the client that this one is not whole.
    if (!res.writableEnded) res.destroy();
    return;
  }
  res.locals.problem = error;
  req.log[levelOf(error)]({ err: error }, error.code);
  for (const name of contentHeaders) res.removeHeader(name);
  const problem = toProblem(error, req.path, req.id);
  const asPage = req.accepts(['application/problem+json', 'application/json', 'text/html']) === 'text/html';
  const body = asPage ? problemPage(problem, { afterForm: req.method === 'POST' }) : JSON.stringify(problem);
  res.status(error.status).set(error.headers).set('Cache-Control', 'no-store').vary('Accept');
  res
    .type(asPage ? 'text/html' : 'application/problem+json')
    .set('Content-Length', String(Buffer.byteLength(body)));
  if (!hasUnreadBody(req)) {
    res.end(body);
    return;
  }
  res.set('Connection', 'close');
  res.write(body);
  if (drain) await drainBody(req);
  res.end();
}

/** The one place where errors become answers. */
export const problemHandler: ErrorRequestHandler = (error, req, res, _next) => {
  void sendProblem(req, res, error);
};
