import type { UnfinishedUpload, UploadCatalogue, UploadRecord } from '../../uploads/upload-catalogue.ts';
import type { DynamoTable, Item } from './dynamo-table.ts';
import { listLongestDue } from './longest-due.ts';
import { listNewestFirst, positionText } from './newest-first.ts';
import { shardOf } from './shards.ts';

const pkOf = (id: string) => `upload#${id}`;

/** The list of uploads in DynamoDB. An upload is in `due` until it is complete, and in `newest` from then on. */
export function createDynamoUploadCatalogue(table: DynamoTable): UploadCatalogue {
  return {
    async begin({ id, key }, reapAt) {
      await table.put({ pk: pkOf(id), id, key, state: 'begun', outbox: shardOf('reap', id), due: reapAt });
    },

    async complete(record) {
      const { id, createdAt, sha256 } = record;
      const item = {
        ...record,
        pk: pkOf(id),
        state: 'complete',
        listing: shardOf('upload', id),
        position: positionText({ at: createdAt, id }),
      };
      // The second half holds when the SDK repeats a request that was done but whose answer was lost.
      const condition =
        '#state = :begun OR (#state = :complete AND #createdAt = :createdAt AND #sha256 = :sha256)';
      const values = {
        ':begun': 'begun',
        ':complete': 'complete',
        ':createdAt': createdAt,
        ':sha256': sha256,
      };
      return table.put(item, condition, values);
    },

    async get(id) {
      const item = await table.get(pkOf(id));
      return item?.state === 'complete' ? toRecord(item) : undefined;
    },

    async list(page) {
      return (await listNewestFirst(table, { kind: 'upload', page })).map(toRecord);
    },

    async condemn(id, now) {
      const item = await table.update(pkOf(id), {
        update: 'SET #state = :condemned, #outbox = :outbox, #due = :now REMOVE #listing, #position',
        condition: 'attribute_exists(#pk)',
        values: { ':condemned': 'condemned', ':outbox': shardOf('reap', id), ':now': now },
      });
      return item && toUnfinished(item);
    },

    async forget(id) {
      await table.delete(pkOf(id));
    },

    async abandoned(now, limit) {
      return (await listLongestDue(table, 'reap', now, limit)).map(toUnfinished);
    },

    async check() {
      await table.get(pkOf('check'));
    },
  };
}

/** Leaves out what serves the table only. */
function toRecord({ pk, state, listing, position, ...record }: Item): UploadRecord {
  return record as unknown as UploadRecord;
}

function toUnfinished({ id, key }: Item): UnfinishedUpload {
  return { id: String(id), key: String(key) };
}
