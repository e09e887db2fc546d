import type { Plan } from './plan.ts';

/** Keeps usage plans. Rejects with `store_unavailable` if the store cannot be reached. */
export interface PlanStore {
  /** Enters a plan, in place of the one of the same name. */
  put(plan: Plan): Promise<void>;
  get(name: string): Promise<Plan | undefined>;
  /** By name. */
  list(): Promise<Plan[]>;
  /** False if there is no such plan. */
  delete(name: string): Promise<boolean>;
}
