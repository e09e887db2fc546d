import { AppError } from '../../app-error.ts';

/**
 * SQLite's primary result codes that speak of the file, the disk or other processes, not of the statement:
 * PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB.
 * See https://www.sqlite.org/rescode.html.
 */
const outages = new Set([3, 5, 6, 7, 8, 10, 11, 13, 14, 15, 26]);
const constraint = 19;

/** The primary code is the low byte of the extended one that node:sqlite reports as `errcode`. */
function primaryCode(error: unknown): number | undefined {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : undefined;
}

/** Whether a statement failed because a row like it is there already. */
export function isTaken(error: unknown): boolean {
  return error instanceof Error && primaryCode(error) === constraint;
}

/**
 * Does something with a database. A database that cannot be used, or is closed already, becomes
 * `store_unavailable`; a mistake in a statement stays what it is, because waiting does not mend it.
 */
export function withOutages<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const closed = error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE';
    const code = error instanceof Error ? primaryCode(error) : undefined;
    if (closed || (code !== undefined && outages.has(code))) {
      throw new AppError('store_unavailable', undefined, { cause: error });
    }
    throw error;
  }
}
