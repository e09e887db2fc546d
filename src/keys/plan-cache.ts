import type { Plan } from './plan.ts';
import type { PlanStore } from './plan-store.ts';

interface PlanCacheDeps {
  store: Pick<PlanStore, 'get'>;
  clock: () => Date;
}

/** Milliseconds for which a plan is believed to be what it was: a changed plan holds everywhere after so long. */
const freshMs = 10_000;

/**
 * Reads plans for requests, each at most once in ten seconds a process. Also remembers that there is no such plan.
 * Only names that keys and settings have are asked for, so there are few. Rejects with `store_unavailable`; that
 * is not remembered.
 */
export function createPlanCache({ store, clock }: PlanCacheDeps) {
  const cache = new Map<string, { readAt: number; plan: Promise<Plan | undefined> }>();

  return (name: string): Promise<Plan | undefined> => {
    const now = clock().getTime();
    const known = cache.get(name);
    if (known && now - known.readAt < freshMs) return known.plan;
    const entry = { readAt: now, plan: store.get(name) };
    cache.set(name, entry);
    entry.plan.catch(() => {
      if (cache.get(name) === entry) cache.delete(name);
    });
    return entry.plan;
  };
}
