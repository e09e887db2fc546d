import type { FeedbackFilter, FeedbackStore } from '../../feedback/feedback-store.ts';
import type { Outbox } from '../../feedback/outbox.ts';
import { createDynamoOutbox } from './dynamo-outbox.ts';
import type { DynamoTable, Item } from './dynamo-table.ts';
import { feedbackPk, fromFeedbackItem, toFeedbackItem } from './feedback-item.ts';
import { listNewestFirst } from './newest-first.ts';

/** Feedback and its outbox in DynamoDB. A record and its outbox mark are one item. */
export function createDynamoFeedbackStore(table: DynamoTable): FeedbackStore & Outbox {
  const store: FeedbackStore = {
    async put(record) {
      const item = toFeedbackItem(record);
      for (;;) {
        if (await table.put(item, 'attribute_not_exists(#pk)')) return { created: true, record };
        const holder = await table.get(feedbackPk(record.id));
        // If it was removed since, the id is free again.
        if (holder) return { created: false, record: fromFeedbackItem(holder) };
      }
    },

    async get(id) {
      const item = await table.get(feedbackPk(id));
      return item && fromFeedbackItem(item);
    },

    async list(filter, page) {
      const { from, to } = filter;
      const items = await listNewestFirst(table, { kind: 'feedback', page, from, to, ...filterOf(filter) });
      return items.map(fromFeedbackItem);
    },

    async setStatus(id, status) {
      const item = await table.update(feedbackPk(id), {
        update: 'SET #status = :status',
        condition: 'attribute_exists(#pk)',
        values: { ':status': status },
      });
      return item && fromFeedbackItem(item);
    },

    delete: (id) => table.delete(feedbackPk(id)),

    async check() {
      await table.get(feedbackPk('check'));
    },
  };
  return { ...store, ...createDynamoOutbox(table) };
}

function filterOf({ form, rating, status, q }: FeedbackFilter): { filter?: string; values: Item } {
  const sought = { form, rating, status };
  const terms: string[] = [];
  const values: Item = {};
  for (const [name, value] of Object.entries(sought)) {
    if (value === undefined) continue;
    terms.push(`#${name} = :${name}`);
    values[`:${name}`] = value;
  }
  if (q) {
    terms.push('contains(#search, :q)');
    values[':q'] = q.toLowerCase();
  }
  return { ...(terms.length > 0 && { filter: terms.join(' AND ') }), values };
}
