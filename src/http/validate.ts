import type { z } from 'zod';
import { AppError, type ValidationIssue } from '../app-error.ts';

/** RFC 6901: `~` and `/` in a member's name are escaped. */
function jsonPointer(path: PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** As many as help a person; a hostile body must not be answered with a larger one. */
const mostIssues = 50;

function toIssues(error: z.ZodError, pointerOf: (path: PropertyKey[]) => string): ValidationIssue[] {
  const issues = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          pointer: pointerOf([...issue.path, key]),
          detail: 'It is not known here.',
        }))
      : [{ pointer: pointerOf(issue.path), detail: issue.message }],
  );
  return issues.slice(0, mostIssues);
}

/** Parses a body, or throws `validation_failed` with a JSON pointer to everything that is wrong in it. */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AppError('validation_failed', undefined, { errors: toIssues(parsed.error, jsonPointer) });
}

/** The same for the parameters of a query, which are pointed at as `?name`. */
export function parseQuery<S extends z.ZodType>(schema: S, query: unknown): z.output<S> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const errors = toIssues(parsed.error, ([name]) => `?${String(name ?? '')}`);
  throw new AppError('validation_failed', undefined, { errors });
}
