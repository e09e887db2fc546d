import type { KeyStore } from './key-store.ts';
import type { Plan } from './plan.ts';
import type { PlanStore } from './plan-store.ts';

export interface PlanService {
  /** False if the name is taken. */
  create(plan: Plan): Promise<boolean>;
  /** False if there is no plan of that name. */
  replace(plan: Plan): Promise<boolean>;
  get(name: string): Promise<Plan | undefined>;
  list(): Promise<Plan[]>;
  /** A plan that good keys still have stays; the answer says which they are. */
  delete(name: string): Promise<{ deleted: boolean; usedBy: string[] }>;
}

interface PlanServiceDeps {
  plans: PlanStore;
  keys: Pick<KeyStore, 'list'>;
}

/**
 * Usage plans as administrators manage them, one at a time: two who do so at the same moment may undo each other.
 * A key that loses its plan that way is refused, see `http/plan-checks.ts`.
 */
export function createPlanService({ plans, keys }: PlanServiceDeps): PlanService {
  return {
    async create(plan) {
      if (await plans.get(plan.name)) return false;
      await plans.put(plan);
      return true;
    },
    async replace(plan) {
      if (!(await plans.get(plan.name))) return false;
      await plans.put(plan);
      return true;
    },
    get: (name) => plans.get(name),
    list: () => plans.list(),
    async delete(name) {
      const users = (await keys.list()).filter((key) => key.plan === name && !key.revokedAt);
      if (users.length > 0) return { deleted: false, usedBy: users.map(({ id }) => id) };
      return { deleted: await plans.delete(name), usedBy: [] };
    },
  };
}
