import type { OtpStore, OtpSubject } from '../../otp/otp-store.ts';
import type { Database } from './sqlite-database.ts';

/** Codes in SQLite, one row an address. Rejects with `store_unavailable` if the database cannot be used. */
export function createSqliteOtpStore(database: Database): OtpStore {
  const get = database.prepare('SELECT subject FROM otp_subjects WHERE key = ? AND expires_at > ?');
  const replace = database.prepare(
    'UPDATE otp_subjects SET version = ?, expires_at = ?, subject = ? WHERE key = ? AND version = ?',
  );
  const insert = database.prepare(
    `INSERT INTO otp_subjects (version, expires_at, subject, key) VALUES (?, ?, ?, ?)
     ON CONFLICT (key) DO NOTHING`,
  );
  const removeExpired = database.prepare('DELETE FROM otp_subjects WHERE expires_at <= ?');

  return {
    async get(key, now) {
      const row = get.get(key, now);
      return row && (JSON.parse(String(row.subject)) as OtpSubject);
    },

    async put(subject, seen, now) {
      const { key, version, expiresAt } = subject;
      const values = [version, expiresAt, JSON.stringify(subject), key];
      if (seen > 0) return replace.run(...values, seen) === 1;
      return database.transaction(() => {
        removeExpired.run(now);
        return insert.run(...values) === 1;
      });
    },

    async check() {
      database.check();
    },
  };
}
