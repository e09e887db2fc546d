import { AppError } from '../../src/app-error.ts';
import type { ProblemCode } from '../../src/errors.ts';

/** For `assert.rejects` and `assert.throws`: whether the error is the problem that was expected. */
export function isProblem(code: ProblemCode): (error: unknown) => boolean {
  return (error) => error instanceof AppError && error.code === code;
}
