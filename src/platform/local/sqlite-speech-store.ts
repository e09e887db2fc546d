import type { SpeechRecord } from '../../speech/speech-record.ts';
import type { SpeechStore } from '../../speech/speech-store.ts';
import type { Database } from './sqlite-database.ts';

const toRecord = (row: Record<string, unknown>) => JSON.parse(String(row.speech)) as SpeechRecord;

/** Records of speech in SQLite. Rejects with `store_unavailable` if the database cannot be used. */
export function createSqliteSpeechStore(database: Database): SpeechStore {
  const create = database.prepare(
    `INSERT INTO speech (id, created_at, version, due_at, speech) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  );
  const get = database.prepare('SELECT speech FROM speech WHERE id = ?');
  const replace = database.prepare(
    'UPDATE speech SET version = ?, due_at = ?, speech = ? WHERE id = ? AND version = ?',
  );
  const due = database.prepare('SELECT speech FROM speech WHERE due_at <= ? ORDER BY due_at LIMIT ?');
  const remove = database.prepare('DELETE FROM speech WHERE id = ? AND version = ?');

  return {
    async create(record) {
      const { id, createdAt, version, dueAt } = record;
      return create.run(id, createdAt, version, dueAt ?? null, JSON.stringify(record)) === 1;
    },

    async get(id) {
      const row = get.get(id);
      return row && toRecord(row);
    },

    async put(record, seen) {
      const { id, version, dueAt } = record;
      return replace.run(version, dueAt ?? null, JSON.stringify(record), id, seen) === 1;
    },

    async due(now, limit) {
      return due.all(now, limit).map(toRecord);
    },

    async delete(id, seen) {
      return remove.run(id, seen) === 1;
    },

    async check() {
      database.check();
    },
  };
}
