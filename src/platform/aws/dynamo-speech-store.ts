import type { SpeechRecord } from '../../speech/speech-record.ts';
import type { SpeechStore } from '../../speech/speech-store.ts';
import type { DynamoTable, Item } from './dynamo-table.ts';
import { listLongestDue } from './longest-due.ts';
import { shardOf } from './shards.ts';

const pkOf = (id: string) => `speech#${id}`;

/** `outbox` and `due` put the item into the index of what is left to do. */
function toItem(record: SpeechRecord): Item {
  const { id, version, dueAt } = record;
  return {
    pk: pkOf(id),
    speech: record,
    version,
    ...(dueAt !== undefined && { outbox: shardOf('speak', id), due: dueAt }),
  };
}

const toRecord = (item: Item) => item.speech as SpeechRecord;

/** Records of speech in DynamoDB, one item each. */
export function createDynamoSpeechStore(table: DynamoTable): SpeechStore {
  return {
    create: (record) => table.put(toItem(record), 'attribute_not_exists(#pk)'),

    async get(id) {
      const item = await table.get(pkOf(id));
      return item && toRecord(item);
    },

    put: (record, seen) => table.put(toItem(record), '#version = :seen', { ':seen': seen }),

    async due(now, limit) {
      return (await listLongestDue(table, 'speak', now, limit)).map(toRecord);
    },

    delete: (id, seen) => table.deleteIf(pkOf(id), '#version = :seen', { ':seen': seen }),

    async check() {
      await table.get(pkOf('check'));
    },
  };
}
