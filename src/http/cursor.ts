import { z } from 'zod';
import { AppError } from '../app-error.ts';
import type { Page, Position } from '../page.ts';

const position = z.tuple([z.iso.datetime(), z.string().min(1).max(64)]);

/** Makes a position a text that clients hand back as it is. */
export function encodeCursor({ at, id }: Position): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url');
}

/** Throws `invalid_cursor` for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [at, id] = position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { at, id };
  } catch (cause) {
    throw new AppError('invalid_cursor', undefined, { cause });
  }
}

/** What every list takes. */
export const pageQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(20)
    .meta({ description: 'Most items in the answer.' }),
  cursor: z.string().max(300).optional().meta({ description: '`nextCursor` of the page before.' }),
});

/** A list as it is answered with. */
export function pageBody<T>(page: Page<T>, view: (item: T) => unknown) {
  return { items: page.items.map(view), nextCursor: page.next ? encodeCursor(page.next) : null };
}
