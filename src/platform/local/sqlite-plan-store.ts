import type { Plan } from '../../keys/plan.ts';
import type { PlanStore } from '../../keys/plan-store.ts';
import type { Database } from './sqlite-database.ts';

/** Usage plans in SQLite. Rejects with `store_unavailable` if the database cannot be used. */
export function createSqlitePlanStore(database: Database): PlanStore {
  const put = database.prepare(
    'INSERT INTO plans (name, plan) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET plan = excluded.plan',
  );
  const get = database.prepare('SELECT plan FROM plans WHERE name = ?');
  const list = database.prepare('SELECT plan FROM plans ORDER BY name');
  const remove = database.prepare('DELETE FROM plans WHERE name = ?');
  const toPlan = (row: Record<string, unknown>): Plan => JSON.parse(String(row.plan));

  return {
    async put(plan) {
      put.run(plan.name, JSON.stringify(plan));
    },

    async get(name) {
      const row = get.get(name);
      return row && toPlan(row);
    },

    async list() {
      return list.all().map(toPlan);
    },

    async delete(name) {
      return remove.run(name) === 1;
    },
  };
}
