import type { PageRequest, Position } from '../../page.ts';
import type { DynamoTable, Item } from './dynamo-table.ts';
import { shardsOf } from './shards.ts';

export interface Listing {
  kind: 'upload' | 'feedback';
  page: PageRequest;
  /** Inclusive, ISO 8601. */
  from?: string | undefined;
  /** Exclusive, ISO 8601. */
  to?: string | undefined;
  /** What the index cannot select: DynamoDB reads these items and leaves them out. */
  filter?: string | undefined;
  values?: Item;
}

/** The range key of the `newest` index. Its text order is that of the time, then of the id. */
export function positionText({ at, id }: Position): string {
  return `${at}#${id}`;
}

/**
 * A page of records, newest first. Merges the shards: each one is read in order and only as far as needed,
 * and the newest of their heads is always next.
 */
export async function listNewestFirst(table: DynamoTable, listing: Listing): Promise<Item[]> {
  const { kind, page, from = '0', to = '~', filter, values } = listing;
  const after = page.after && positionText(page.after);
  const until = after !== undefined && after < to ? after : to;
  // DynamoDB refuses a range whose end is before its beginning.
  if (from > until || page.limit < 1) return [];

  const shards = shardsOf(kind).map((shard) =>
    table.query({
      index: 'newest',
      condition: '#listing = :listing AND #position BETWEEN :from AND :until',
      values: { ...values, ':listing': shard, ':from': from, ':until': until },
      filter,
      order: 'descending',
      pageSize: filter ? 250 : page.limit,
    }),
  );
  const heads = await Promise.all(shards.map(async (shard) => ({ shard, item: await headOf(shard) })));

  const found: Item[] = [];
  while (found.length < page.limit) {
    const [newest] = heads.toSorted((a, b) => compare(positionOf(b.item), positionOf(a.item)));
    if (!newest?.item) break;
    // A record stands at `time#id`, later than a bare time: only `after` itself can be at the upper end.
    if (positionOf(newest.item) !== after) found.push(newest.item);
    newest.item = await headOf(newest.shard);
  }
  return found;
}

async function headOf(shard: AsyncGenerator<Item>): Promise<Item | undefined> {
  const result = await shard.next();
  return result.done ? undefined : result.value;
}

/** A shard that is read to its end stands last. */
const positionOf = (item: Item | undefined) => String(item?.position ?? '');
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
