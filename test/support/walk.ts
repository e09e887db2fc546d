import type { PageRequest, Position } from '../../src/page.ts';

/** Asks for page after page until one is not full. */
export async function walk<T>(
  list: (page: PageRequest) => Promise<T[]>,
  limit: number,
  positionOf: (item: T) => Position,
): Promise<T[][]> {
  const pages: T[][] = [];
  for (let after: Position | undefined; ; ) {
    const page = await list({ limit, after });
    pages.push(page);
    const last = page.at(-1);
    if (page.length < limit || !last) return pages;
    after = positionOf(last);
  }
}

/** The records in the order in which a list must give them: newest first, then by id, both descending. */
export function inListOrder<T>(records: T[], positionOf: (item: T) => Position): T[] {
  const rank = (record: T) => {
    const { at, id } = positionOf(record);
    return `${at} ${id}`;
  };
  return records.toSorted((a, b) => (rank(a) < rank(b) ? 1 : -1));
}
