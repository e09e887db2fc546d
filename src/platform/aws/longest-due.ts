import type { DynamoTable, Item } from './dynamo-table.ts';
import { shardsOf } from './shards.ts';

/** Up to `limit` items whose time has come at `now`, the longest due first. */
export async function listLongestDue(
  table: DynamoTable,
  kind: 'notify' | 'reap' | 'speak',
  now: string,
  limit: number,
): Promise<Item[]> {
  const found = await Promise.all(
    shardsOf(kind).map(async (shard) => {
      const items: Item[] = [];
      if (limit < 1) return items;
      const due = table.query({
        index: 'due',
        condition: '#outbox = :outbox AND #due <= :now',
        values: { ':outbox': shard, ':now': now },
        order: 'ascending',
        pageSize: limit,
      });
      for await (const item of due) {
        items.push(item);
        if (items.length === limit) break;
      }
      return items;
    }),
  );
  return found
    .flat()
    .sort((a, b) => (String(a.due) < String(b.due) ? -1 : 1))
    .slice(0, limit);
}
