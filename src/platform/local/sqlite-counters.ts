import type { Counters } from '../../ledger/counters.ts';
import type { Database } from './sqlite-database.ts';

/** Sums in SQLite. Rejects with `store_unavailable` if the database cannot be used. */
export function createSqliteCounters(database: Database): Counters {
  const create = database.prepare(
    'INSERT INTO counters (name, total) VALUES (?, 0) ON CONFLICT (name) DO NOTHING',
  );
  const add = database.prepare('UPDATE counters SET total = total + ?1 WHERE name = ?2 AND total + ?1 <= ?3');
  const total = database.prepare('SELECT total FROM counters WHERE name = ?');
  const totalOf = (name: string) => Number(total.get(name)?.total ?? 0);

  return {
    async add(name, amount, limit) {
      return database.transaction(() => {
        create.run(name);
        const added = add.run(amount, name, limit) === 1;
        return { added, total: totalOf(name) };
      });
    },

    async total(name) {
      return totalOf(name);
    },
  };
}
