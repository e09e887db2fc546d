import type { DeliveryAttempt } from '../../feedback/feedback-record.ts';
import { ledgerLength, type Outbox } from '../../feedback/outbox.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { feedbackPk, fromFeedbackItem } from './feedback-item.ts';
import { listLongestDue } from './longest-due.ts';
import { shardOf, shardsOf } from './shards.ts';

/** Records of a shard that one count reads: during a long outage every worker counts again and again. */
const mostCounted = 2500;

/** The outbox side of feedback in DynamoDB. The attribute `due` is both the time of the next try and the lease. */
export function createDynamoOutbox(table: DynamoTable): Outbox {
  return {
    async due(now, limit) {
      return (await listLongestDue(table, 'notify', now, limit)).map(fromFeedbackItem);
    },

    async claim(id, seen, until) {
      const claimed = await table.update(feedbackPk(id), {
        update: 'SET #due = :until',
        condition: '#due = :seen',
        values: { ':seen': seen, ':until': until },
      });
      return claimed !== undefined;
    },

    async settle(id, lease, attempt, settlement) {
      const item = await table.get(feedbackPk(id));
      if (item?.due !== lease) return false;
      const attempts = [...(item.attempts as DeliveryAttempt[]), attempt].slice(-ledgerLength);
      const again = settlement.state === 'due';
      const settled = await table.update(feedbackPk(id), {
        update: `SET #state = :state, #attempts = :attempts, #tries = #tries + :one${
          again ? ', #due = :dueAt' : ' REMOVE #due, #outbox'
        }`,
        // The ledger is only replaced if nobody else has added to it since it was read.
        condition: '#due = :lease AND #tries = :tries',
        values: {
          ':state': settlement.state,
          ':attempts': attempts,
          ':one': 1,
          ':lease': lease,
          ':tries': item.tries,
          ...(again && { ':dueAt': settlement.dueAt }),
        },
      });
      return settled !== undefined;
    },

    async revive(id, now) {
      const revived = await table.update(feedbackPk(id), {
        update: 'SET #state = :due, #due = :now, #outbox = :outbox, #tries = :none',
        condition: '#state IN (:delivered, :dead)',
        values: {
          ':due': 'due',
          ':now': now,
          ':outbox': shardOf('notify', id),
          ':none': 0,
          ':delivered': 'delivered',
          ':dead': 'dead',
        },
      });
      return revived !== undefined;
    },

    async release(id, until) {
      const released = await table.update(feedbackPk(id), {
        update: 'SET #state = :due, #due = :until, #outbox = :outbox, #status = :new',
        condition: '#state = :held',
        values: {
          ':due': 'due',
          ':until': until,
          ':outbox': shardOf('notify', id),
          ':new': 'new',
          ':held': 'held',
        },
      });
      return released && fromFeedbackItem(released);
    },

    async backlog() {
      let depth = 0;
      let oldest: string | undefined;
      const count = async (shard: string) => {
        let counted = 0;
        const due = table.query({
          index: 'due',
          condition: '#outbox = :outbox',
          values: { ':outbox': shard },
          projection: '#receivedAt',
          order: 'ascending',
          pageSize: 1000,
        });
        for await (const item of due) {
          const receivedAt = String(item.receivedAt);
          depth += 1;
          counted += 1;
          if (oldest === undefined || receivedAt < oldest) oldest = receivedAt;
          if (counted === mostCounted) break;
        }
      };
      await Promise.all(shardsOf('notify').map(count));
      return { depth, ...(oldest !== undefined && { oldest }) };
    },
  };
}
