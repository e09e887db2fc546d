import type { FeedbackRecord } from '../../feedback/feedback-record.ts';
import type { FeedbackFilter, FeedbackStore } from '../../feedback/feedback-store.ts';
import type { Position } from '../../page.ts';
import { type FeedbackRow, searchable, toRecord, toRow } from './feedback-row.ts';
import type { Database } from './sqlite-database.ts';

/** Feedback in SQLite. Rejects with `store_unavailable` if the database cannot be used. */
export function createSqliteFeedbackStore(database: Database): FeedbackStore {
  const get = database.prepare('SELECT * FROM feedback WHERE id = ?');
  const setStatus = database.prepare('UPDATE feedback SET status = ? WHERE id = ? RETURNING *');
  const remove = database.prepare('DELETE FROM feedback WHERE id = ?');

  const insert = (record: FeedbackRecord): boolean => {
    const row = toRow(record);
    const columns = Object.keys(row);
    const sql = `INSERT INTO feedback (${columns}) VALUES (${columns.map(() => '?')}) ON CONFLICT (id) DO NOTHING`;
    return database.prepare(sql).run(...Object.values(row)) === 1;
  };

  return {
    async put(record) {
      return database.transaction(() => {
        const created = insert(record);
        return { created, record: toRecord(get.get(record.id) as unknown as FeedbackRow) };
      });
    },

    async get(id) {
      const row = get.get(id);
      return row && toRecord(row as unknown as FeedbackRow);
    },

    async list(filter, { limit, after }) {
      const conditions = conditionsOf(filter, after);
      const where = conditions.map(([condition]) => condition).join(' AND ') || 'true';
      const rows = database
        .prepare(`SELECT * FROM feedback WHERE ${where} ORDER BY received_at DESC, id DESC LIMIT ?`)
        .all(...conditions.flatMap(([, values]) => values), limit);
      return (rows as unknown as FeedbackRow[]).map(toRecord);
    },

    async setStatus(id, status) {
      const row = setStatus.get(status, id);
      return row && toRecord(row as unknown as FeedbackRow);
    },

    async delete(id) {
      return remove.run(id) === 1;
    },

    async check() {
      database.check();
    },
  };
}

type Condition = [sql: string, values: (string | number)[]];

function conditionsOf(filter: FeedbackFilter, after: Position | undefined): Condition[] {
  const { form, rating, status, q, from, to } = filter;
  const conditions: Condition[] = [];
  if (form !== undefined) conditions.push(['form = ?', [form]]);
  if (rating !== undefined) conditions.push(['rating = ?', [rating]]);
  if (status !== undefined) conditions.push(['status = ?', [status]]);
  // Unlike LIKE, instr() has no wildcards, and no limit on how long the pattern may be.
  if (q !== undefined) conditions.push(['instr(search, ?) > 0', [searchable(q)]]);
  if (from !== undefined) conditions.push(['received_at >= ?', [from]]);
  if (to !== undefined) conditions.push(['received_at < ?', [to]]);
  if (after) conditions.push(['(received_at, id) < (?, ?)', [after.at, after.id]]);
  return conditions;
}
