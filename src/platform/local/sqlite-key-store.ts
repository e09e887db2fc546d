import type { KeyRecord, KeyStore } from '../../keys/key-store.ts';
import type { Database } from './sqlite-database.ts';
import { isTaken } from './sqlite-errors.ts';

interface KeyRow {
  id: string;
  name: string;
  scopes: string;
  plan: string | null;
  hash: string;
  created_at: string;
  revoked_at: string | null;
}

/** API keys in SQLite. Rejects with `store_unavailable` if the database cannot be used. */
export function createSqliteKeyStore(database: Database): KeyStore {
  const columns = 'id, name, scopes, plan, hash, created_at, revoked_at';
  const put = database.prepare(`INSERT INTO keys (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const putFirst = database.prepare(
    `INSERT INTO keys (${columns}) SELECT ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM keys)`,
  );
  const get = database.prepare('SELECT * FROM keys WHERE id = ?');
  const list = database.prepare('SELECT * FROM keys ORDER BY created_at, id');
  const setPlan = database.prepare('UPDATE keys SET plan = ? WHERE id = ?');
  const revoke = database.prepare('UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?');

  return {
    async put(key) {
      try {
        put.run(...valuesOf(key));
      } catch (error) {
        throw isTaken(error) ? new Error(`There is a key with the id ${key.id} already.`) : error;
      }
    },

    async putFirst(key) {
      return putFirst.run(...valuesOf(key)) === 1;
    },

    async get(id) {
      const row = get.get(id);
      return row && toRecord(row as unknown as KeyRow);
    },

    async list() {
      return (list.all() as unknown as KeyRow[]).map(toRecord);
    },

    async setPlan(id, plan) {
      return setPlan.run(plan ?? null, id) === 1;
    },

    async revoke(id, at) {
      return revoke.run(at, id) === 1;
    },
  };
}

function valuesOf({ id, name, scopes, plan, hash, createdAt, revokedAt }: KeyRecord) {
  return [id, name, JSON.stringify(scopes), plan ?? null, hash, createdAt, revokedAt ?? null];
}

function toRecord(row: KeyRow): KeyRecord {
  return {
    id: row.id,
    name: row.name,
    scopes: JSON.parse(row.scopes),
    ...(row.plan !== null && { plan: row.plan }),
    hash: row.hash,
    createdAt: row.created_at,
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
  };
}
