import type { Claims } from '../../ledger/claims.ts';
import type { Database } from './sqlite-database.ts';

/** Claims in SQLite. Rejects with `store_unavailable` if the database cannot be used. */
export function createSqliteClaims(database: Database, clock: () => Date): Claims {
  const claim = database.prepare(
    `INSERT INTO claims (name, owner, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
       WHERE owner = excluded.owner OR expires_at <= ?`,
  );
  const holder = database.prepare('SELECT owner FROM claims WHERE name = ?');
  const release = database.prepare('DELETE FROM claims WHERE name = ? AND owner = ?');
  const removeExpired = database.prepare('DELETE FROM claims WHERE expires_at <= ?');

  return {
    async claim(name, owner, expiresAt) {
      const now = clock().toISOString();
      return database.transaction(() => {
        removeExpired.run(now);
        claim.run(name, owner, expiresAt ?? null, now);
        return String(holder.get(name)?.owner);
      });
    },

    async release(name, owner) {
      release.run(name, owner);
    },
  };
}
