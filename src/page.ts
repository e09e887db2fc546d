/** A place in a list that is sorted newest first: the last record that a client has seen. */
export interface Position {
  /** ISO 8601 with milliseconds, so that text order is time order. */
  at: string;
  id: string;
}

/** What a store is asked for: at most `limit` records, older than `after`. */
export interface PageRequest {
  limit: number;
  after?: Position | undefined;
}

export interface Page<T> {
  items: T[];
  /** Where the next page starts. Absent on the last page. */
  next?: Position;
}

/**
 * Cuts a page out of what a store returned for one record more than was asked for: that extra record is
 * how a page knows whether another follows, without a count.
 */
export function toPage<T>(found: T[], limit: number, positionOf: (item: T) => Position): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return found.length > limit && last ? { items, next: positionOf(last) } : { items };
}
