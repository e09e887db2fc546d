import { bucketAt, type MeterState, refusalOf, underPlan, verdictOf } from '../../keys/token-bucket.ts';
import { keptMonths, monthOf, type UsageMeter } from '../../keys/usage-meter.ts';
import type { Database } from './sqlite-database.ts';

/** Meters keys in SQLite, for every worker of this machine. One short transaction a request. */
export function createSqliteUsageMeter(database: Database): UsageMeter {
  const bucket = database.prepare('SELECT full FROM key_buckets WHERE key = ?');
  const fill = database.prepare(
    'INSERT INTO key_buckets (key, full) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET full = excluded.full',
  );
  const used = database.prepare('SELECT requests FROM key_usage WHERE key = ? AND month = ?');
  const count = database.prepare(
    `INSERT INTO key_usage (key, month, requests) VALUES (?, ?, 1)
     ON CONFLICT (key, month) DO UPDATE SET requests = requests + 1`,
  );
  const forget = database.prepare('DELETE FROM key_usage WHERE key = ? AND month < ?');
  const months = database.prepare(
    'SELECT month, requests FROM key_usage WHERE key = ? AND month > ? ORDER BY month DESC',
  );

  function countOne(key: string, now: Date): void {
    count.run(key, monthOf(now));
    forget.run(key, monthOf(now, keptMonths - 1));
  }

  return {
    async take(key, limits, now) {
      return database.transaction(() => {
        const found: MeterState = {
          full: Number(bucket.get(key)?.full ?? 0),
          used: Number(used.get(key, monthOf(now))?.requests ?? 0),
        };
        const state = underPlan(found, limits, now);
        const reason = refusalOf(state, limits, now);
        if (reason) return verdictOf(state, limits, now, reason);
        const { now: micros, interval } = bucketAt(limits, now);
        const full = Math.max(state.full, micros) + interval;
        fill.run(key, full);
        countOne(key, now);
        return verdictOf({ full, used: state.used + 1 }, limits, now);
      });
    },

    async count(key, now) {
      database.transaction(() => countOne(key, now));
    },

    async usage(key, now) {
      const rows = months.all(key, monthOf(now, keptMonths));
      return rows.map(({ month, requests }) => ({ month: String(month), requests: Number(requests) }));
    },
  };
}
