import type { Counters } from '../../ledger/counters.ts';
import type { DynamoTable } from './dynamo-table.ts';

const pkOf = (name: string) => `counter#${name}`;

/**
 * Sums in DynamoDB. A request that the SDK repeats because its answer was lost may count twice: a budget is then
 * used up early, never overdrawn.
 */
export function createDynamoCounters(table: DynamoTable): Counters {
  const total = async (name: string) => Number((await table.get(pkOf(name)))?.total ?? 0);

  return {
    async add(name, amount, limit) {
      // Without an item there is no sum to compare: the amount alone must fit.
      if (amount > limit) return { added: false, total: await total(name) };
      const item = await table.update(pkOf(name), {
        update: 'ADD #total :amount',
        condition: 'attribute_not_exists(#total) OR #total <= :room',
        values: { ':amount': amount, ':room': limit - amount },
      });
      return item ? { added: true, total: Number(item.total) } : { added: false, total: await total(name) };
    },
    total,
  };
}
