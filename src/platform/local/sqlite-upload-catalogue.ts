import type { UnfinishedUpload, UploadCatalogue, UploadRecord } from '../../uploads/upload-catalogue.ts';
import type { Database } from './sqlite-database.ts';

interface UploadRow {
  id: string;
  key: string;
  name: string;
  size: number;
  content_type: string;
  declared_type: string;
  sha256: string;
  created_at: string;
  metadata: string;
}

/** The catalogue of uploads in SQLite. Rejects with `store_unavailable` if the database cannot be used. */
export function createSqliteUploadCatalogue(database: Database): UploadCatalogue {
  const begin = database.prepare(`INSERT INTO uploads (id, key, state, reap_at) VALUES (?, ?, 'begun', ?)`);
  const complete = database.prepare(
    `UPDATE uploads SET state = 'complete', reap_at = NULL, key = ?, name = ?, size = ?, content_type = ?,
       declared_type = ?, sha256 = ?, created_at = ?, metadata = ?
     WHERE id = ? AND state = 'begun'`,
  );
  const get = database.prepare(`SELECT * FROM uploads WHERE id = ? AND state = 'complete'`);
  const newest = database.prepare(
    `SELECT * FROM uploads WHERE state = 'complete' ORDER BY created_at DESC, id DESC LIMIT ?`,
  );
  const olderThan = database.prepare(
    `SELECT * FROM uploads WHERE state = 'complete' AND (created_at, id) < (?, ?)
     ORDER BY created_at DESC, id DESC LIMIT ?`,
  );
  const condemn = database.prepare(
    `UPDATE uploads SET state = 'condemned', reap_at = ? WHERE id = ? RETURNING id, key`,
  );
  const forget = database.prepare(`DELETE FROM uploads WHERE id = ?`);
  const abandoned = database.prepare(
    `SELECT id, key FROM uploads WHERE reap_at <= ? ORDER BY reap_at, id LIMIT ?`,
  );

  return {
    async begin(upload, reapAt) {
      begin.run(upload.id, upload.key, reapAt);
    },

    async complete(record) {
      const { id, key, name, size, contentType, declaredType, sha256, createdAt, metadata } = record;
      const json = JSON.stringify(metadata);
      return complete.run(key, name, size, contentType, declaredType, sha256, createdAt, json, id) === 1;
    },

    async get(id) {
      const row = get.get(id);
      return row && toRecord(row as unknown as UploadRow);
    },

    async list({ limit, after }) {
      const rows = after ? olderThan.all(after.at, after.id, limit) : newest.all(limit);
      return (rows as unknown as UploadRow[]).map(toRecord);
    },

    async condemn(id, now) {
      const row = condemn.get(now, id);
      return row && toUnfinished(row as unknown as UnfinishedUpload);
    },

    async forget(id) {
      forget.run(id);
    },

    async abandoned(now, limit) {
      return (abandoned.all(now, limit) as unknown as UnfinishedUpload[]).map(toUnfinished);
    },

    async check() {
      database.check();
    },
  };
}

const toUnfinished = ({ id, key }: UnfinishedUpload): UnfinishedUpload => ({ id, key });

function toRecord(row: UploadRow): UploadRecord {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    size: row.size,
    contentType: row.content_type,
    declaredType: row.declared_type,
    sha256: row.sha256,
    createdAt: row.created_at,
    metadata: JSON.parse(row.metadata),
  };
}
