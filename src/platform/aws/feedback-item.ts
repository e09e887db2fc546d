import type { Delivery, FeedbackRecord } from '../../feedback/feedback-record.ts';
import type { Item } from './dynamo-table.ts';
import { positionText } from './newest-first.ts';
import { shardOf } from './shards.ts';

export const feedbackPk = (id: string) => `feedback#${id}`;

/** What `q` looks through. The line breaks keep it from finding words across two fields. */
function searchText({ message, name, email, fields }: FeedbackRecord): string {
  return [message, name, email, ...Object.values(fields)].filter(Boolean).join('\n').toLowerCase();
}

/**
 * The item of a record. The delivery is spread over attributes of its own, so that a change of the outbox mark
 * and one of the status never overwrite each other, and `due` can be a key of the index.
 */
export function toFeedbackItem(record: FeedbackRecord): Item {
  const { delivery, ...rest } = record;
  const { id, receivedAt } = rest;
  return {
    ...rest,
    pk: feedbackPk(id),
    listing: shardOf('feedback', id),
    position: positionText({ at: receivedAt, id }),
    search: searchText(record),
    state: delivery.state,
    tries: delivery.tries,
    attempts: delivery.attempts,
    ...(delivery.state === 'due' && { outbox: shardOf('notify', id), due: delivery.dueAt ?? receivedAt }),
  };
}

export function fromFeedbackItem(item: Item): FeedbackRecord {
  const { pk, listing, position, search, outbox, state, due, tries, attempts, ...rest } = item;
  const delivery = { state, ...(due !== undefined && { dueAt: due }), tries, attempts } as Delivery;
  // Records from before there was a quarantine have no suspicions.
  return { suspicions: [], ...rest, delivery } as unknown as FeedbackRecord;
}
