import type { KeyRecord, KeyStore } from '../../keys/key-store.ts';
import type { DynamoTable, Item } from './dynamo-table.ts';
import { positionText } from './newest-first.ts';

const pkOf = (id: string) => `key#${id}`;
const markerPk = 'keys';

/**
 * API keys in DynamoDB. Whoever enters the first key of all puts one marker, with that key inside, before the
 * key itself: the marker decides, and a process that dies between the two puts loses nothing, because the next
 * one that finds the marker enters its key.
 */
export function createDynamoKeyStore(table: DynamoTable): KeyStore {
  /** Whether the key is the first of all. */
  async function mark(key: KeyRecord): Promise<boolean> {
    return table.put({ pk: markerPk, first: key }, 'attribute_not_exists(#pk)');
  }

  async function enter(key: KeyRecord): Promise<boolean> {
    const item = {
      ...key,
      pk: pkOf(key.id),
      listing: 'key',
      position: positionText({ at: key.createdAt, id: key.id }),
    };
    return table.put(item, 'attribute_not_exists(#pk)');
  }

  async function enterMarked(): Promise<void> {
    const marker = await table.get(markerPk);
    if (marker) await enter(marker.first as KeyRecord);
  }

  return {
    async put(key) {
      // The first key can only be taken by whoever entered it out of the marker: that is the same key.
      const first = await mark(key);
      const entered = await enter(key);
      if (!first && !entered) throw new Error(`the key id ${key.id} is taken`);
    },

    async putFirst(key) {
      if (await mark(key)) {
        await enter(key);
        return true;
      }
      await enterMarked();
      return false;
    },

    async get(id) {
      const item = await table.get(pkOf(id));
      return item && toKey(item);
    },

    async list() {
      const keys: KeyRecord[] = [];
      const query = table.query({
        index: 'newest',
        condition: '#listing = :listing',
        values: { ':listing': 'key' },
        order: 'ascending',
        pageSize: 1000,
      });
      for await (const item of query) keys.push(toKey(item));
      return keys;
    },

    async setPlan(id, plan) {
      const changed = await table.update(pkOf(id), {
        update: plan === undefined ? 'REMOVE #plan' : 'SET #plan = :plan',
        condition: 'attribute_exists(#pk)',
        ...(plan !== undefined && { values: { ':plan': plan } }),
      });
      return changed !== undefined;
    },

    async revoke(id, at) {
      const revoked = await table.update(pkOf(id), {
        update: 'SET #revokedAt = if_not_exists(#revokedAt, :at)',
        condition: 'attribute_exists(#pk)',
        values: { ':at': at },
      });
      return revoked !== undefined;
    },
  };
}

function toKey({ pk, listing, position, ...key }: Item): KeyRecord {
  return key as unknown as KeyRecord;
}
