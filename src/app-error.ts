import { type ProblemCode, problems } from './errors.ts';

/** One broken rule of a request. */
export interface ValidationIssue {
  /** Where: a JSON pointer into the body (RFC 6901), or `?name` for a parameter of the query. */
  pointer: string;
  detail: string;
}

interface AppErrorOptions {
  /** What really happened, for the log only. */
  cause?: unknown;
  errors?: ValidationIssue[];
  /** Seconds, for `Retry-After`. */
  retryAfter?: number;
  /** Headers that the answer must carry, such as `Allow`. */
  headers?: Record<string, string>;
}

/** A problem to answer with. `detail` is for clients, `cause` for the log only. */
export class AppError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly errors: ValidationIssue[] | undefined;
  readonly headers: Record<string, string>;

  constructor(code: ProblemCode, detail?: string, options: AppErrorOptions = {}) {
    super(detail ?? problems[code].title, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = problems[code].status;
    this.detail = detail;
    this.errors = options.errors;
    const retryAfter = options.retryAfter ?? (this.status === 503 ? 5 : undefined);
    this.headers = { ...options.headers, ...(retryAfter && { 'Retry-After': String(retryAfter) }) };
  }
}

/** Passes problems through and makes anything else the given problem, with the original as its cause. */
export function asProblem(error: unknown, code: ProblemCode): AppError {
  return error instanceof AppError ? error : new AppError(code, undefined, { cause: error });
}
