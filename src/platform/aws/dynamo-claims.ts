import type { Claims } from '../../ledger/claims.ts';
import type { DynamoTable } from './dynamo-table.ts';

const pkOf = (name: string) => `claim#${name}`;

/** Claims in DynamoDB: one conditional put each. An expired one counts as gone before DynamoDB removes it. */
export function createDynamoClaims(table: DynamoTable, clock: () => Date): Claims {
  return {
    async claim(name, owner, expiresAt) {
      const pk = pkOf(name);
      const until = expiresAt && { until: expiresAt, expiresAt: Math.ceil(Date.parse(expiresAt) / 1000) };
      for (;;) {
        const free = 'attribute_not_exists(#pk) OR #owner = :owner OR #until <= :now';
        const values = { ':owner': owner, ':now': clock().toISOString() };
        if (await table.put({ pk, owner, ...until }, free, values)) return owner;
        const holder = await table.get(pk);
        // If it was let go of since, it is free again.
        if (holder) return String(holder.owner);
      }
    },

    async release(name, owner) {
      await table.deleteIf(pkOf(name), '#owner = :owner', { ':owner': owner });
    },
  };
}
