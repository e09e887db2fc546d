import { planDrain } from '../../scripts/fleet/commands/drain.ts';
import { planGc } from '../../scripts/fleet/commands/gc.ts';
import { planPromote } from '../../scripts/fleet/commands/promote.ts';
import { planRelease } from '../../scripts/fleet/commands/release.ts';
import { planRollback } from '../../scripts/fleet/commands/rollback.ts';
import type { Fleet } from '../../scripts/fleet/fleet.ts';
import { judgeRules } from '../../scripts/fleet/judge/judge-rules.ts';
import type { Plan } from '../../scripts/fleet/plan.ts';
import type { Reporter } from '../../scripts/fleet/reporter.ts';
import { runPlan } from '../../scripts/fleet/run-plan.ts';

export const silent: Reporter = {
  plan: () => undefined,
  stepStarted: () => undefined,
  stepProgress: () => undefined,
  stepEnded: () => undefined,
  note: () => undefined,
  warn: () => undefined,
  result: () => undefined,
  failed: () => undefined,
};

const rules = judgeRules();
const watch = { bakeMs: 600_000, intervalMs: 30_000, rules };
const noImages = {
  find: async () => undefined,
  list: async () => [],
  tag: async () => undefined,
  remove: async () => undefined,
};

/** The commands as an administrator runs them who says yes to everything. */
export function createRunner(fleet: Fleet, signal = new AbortController().signal) {
  const run = async (plan: Plan, options?: { takeOver: boolean }) => {
    await runPlan(fleet, plan, { reporter: silent, confirm: async () => true, signal }, options);
    return plan;
  };
  return {
    async release(version: number, { weights = [20], bakeMs = watch.bakeMs, takeOver = false } = {}) {
      return run(await planRelease(fleet, { version, weights, watch: { ...watch, bakeMs } }), { takeOver });
    },
    promote: async ({ force = false } = {}) => run(await planPromote(fleet, { rules, force })),
    rollback: async ({ force = false } = {}) => run(await planRollback(fleet, { force }), { takeOver: true }),
    drain: async (instanceId: string) => run(await planDrain(fleet, { instanceId, keep: false })),
    gc: async (keep = 5) => run(await planGc(fleet, { keep, images: noImages, stackImage: undefined })),
  };
}
