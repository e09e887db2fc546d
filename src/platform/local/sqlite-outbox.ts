import type { DeliveryAttempt } from '../../feedback/feedback-record.ts';
import { ledgerLength, type Outbox } from '../../feedback/outbox.ts';
import { type FeedbackRow, toRecord } from './feedback-row.ts';
import type { Database } from './sqlite-database.ts';

/** The outbox marks of feedback in SQLite. Rejects with `store_unavailable` if the database cannot be used. */
export function createSqliteOutbox(database: Database): Outbox {
  const due = database.prepare(
    `SELECT * FROM feedback WHERE delivery_state = 'due' AND due_at <= ? ORDER BY due_at, id LIMIT ?`,
  );
  const claim = database.prepare(
    `UPDATE feedback SET due_at = ? WHERE id = ? AND delivery_state = 'due' AND due_at = ?`,
  );
  const attemptsOf = database.prepare(
    `SELECT attempts FROM feedback WHERE id = ? AND delivery_state = 'due' AND due_at = ?`,
  );
  const settle = database.prepare(
    `UPDATE feedback SET delivery_state = ?, due_at = ?, tries = tries + 1, attempts = ? WHERE id = ?`,
  );
  const revive = database.prepare(
    `UPDATE feedback SET delivery_state = 'due', due_at = ?, tries = 0
     WHERE id = ? AND delivery_state IN ('dead', 'delivered')`,
  );
  const release = database.prepare(
    `UPDATE feedback SET delivery_state = 'due', due_at = ?, status = 'new'
     WHERE id = ? AND delivery_state = 'held' RETURNING *`,
  );
  const backlog = database.prepare(
    `SELECT count(*) AS depth, min(received_at) AS oldest FROM feedback WHERE delivery_state = 'due'`,
  );

  return {
    async due(now, limit) {
      return (due.all(now, limit) as unknown as FeedbackRow[]).map(toRecord);
    },

    async claim(id, seen, until) {
      return claim.run(until, id, seen) === 1;
    },

    async settle(id, lease, attempt, settlement) {
      return database.transaction(() => {
        const row = attemptsOf.get(id, lease);
        if (!row) return false;
        const ledger: DeliveryAttempt[] = [...JSON.parse(String(row.attempts)), attempt];
        const dueAt = settlement.state === 'due' ? settlement.dueAt : null;
        settle.run(settlement.state, dueAt, JSON.stringify(ledger.slice(-ledgerLength)), id);
        return true;
      });
    },

    async revive(id, now) {
      return revive.run(now, id) === 1;
    },

    async release(id, until) {
      const row = release.get(until, id);
      return row && toRecord(row as unknown as FeedbackRow);
    },

    async backlog() {
      const { depth, oldest } = backlog.get() as { depth: number; oldest: string | null };
      return oldest === null ? { depth } : { depth, oldest };
    },
  };
}
