import type { ActionContext } from './action-context.ts';
import { planDrain } from './commands/drain.ts';
import { planGc } from './commands/gc.ts';
import { planPromote } from './commands/promote.ts';
import { planRelease } from './commands/release.ts';
import { planRollback } from './commands/rollback.ts';
import { describeStatus, readStatus } from './commands/status.ts';
import { describeVersions, listVersions } from './commands/versions.ts';
import { composeLogs } from './compose-fleet.ts';
import { judgeRules } from './judge/judge-rules.ts';
import type { Actions, JudgeOptions } from './program.ts';
import { runPlan } from './run-plan.ts';
import { endingOf } from './slots.ts';

function rulesOf({ minSample, errors, slow }: JudgeOptions) {
  return judgeRules({
    ...(minSample !== undefined && { minimumRequests: minSample }),
    ...(errors !== undefined && { toleratedErrors: errors }),
    ...(slow !== undefined && { toleratedSlow: slow }),
  });
}

/** The commands for a fleet that is up: what runs in it, and how it does. */
export function createReleaseActions(
  common: ActionContext,
): Omit<Actions, 'preflight' | 'up' | 'bake' | 'down'> {
  const { clients, account, clock, context, takeOver, openFleet } = common;
  const { reporter } = context;

  async function showStatus(history = 0): Promise<void> {
    const { fleet, state } = await openFleet();
    const status = await readStatus(fleet, state);
    reporter.result(describeStatus(status, clock.now()), status);
    if (history === 0) return;
    const changes = await fleet.alias.history(history);
    const lines = changes.map(({ at, by, why }) => `${at}  ${why}  (${by})`);
    reporter.result(lines.join('\n'), { history: changes });
  }

  return {
    async versions() {
      const versions = await listVersions((await openFleet()).fleet);
      reporter.result(describeVersions(versions), { versions });
    },

    async release(version, { canary, step, bakeTime, every, ...judge }) {
      const { fleet } = await openFleet({ settled: true });
      const plan = await planRelease(fleet, {
        version,
        weights: [canary, ...step],
        watch: { bakeMs: bakeTime, intervalMs: every, rules: rulesOf(judge) },
      });
      await runPlan(fleet, plan, context, { takeOver });
      await showStatus();
    },

    async promote({ force, ...judge }) {
      const { fleet } = await openFleet({ settled: true });
      const plan = await planPromote(fleet, { rules: rulesOf(judge), force });
      await runPlan(fleet, plan, context, { takeOver });
      await showStatus();
    },

    async rollback({ force }) {
      // Neither a stack that is being changed nor another command keeps visitors from a version that works.
      const { fleet } = await openFleet();
      await runPlan(fleet, await planRollback(fleet, { force }), context, { takeOver: true });
      await showStatus();
    },

    status: ({ history }) => showStatus(history),

    async logs({ since, follow, version, level, instance }) {
      const { state } = await openFleet();
      const query = {
        since: new Date(clock.now().getTime() - since),
        version,
        level,
        instanceId: instance,
      };
      const lines = composeLogs(clients, account, state).read(query, { follow, signal: context.signal });
      for await (const { at, stream, text } of lines) {
        reporter.result(`${at.toISOString()} ${stream} ${text}`, { at, stream, text });
      }
    },

    async drain(instanceId, { keep }) {
      const { fleet } = await openFleet({ settled: true });
      await runPlan(fleet, await planDrain(fleet, { instanceId, keep }), context, { takeOver });
      if (keep) {
        reporter.note(`Look into it: aws ssm start-session --target ${instanceId}`);
        reporter.note(`End it: ${endingOf(instanceId)}`);
      }
    },

    async gc({ keep }) {
      const { fleet } = await openFleet({ settled: true });
      const stackImage = (await account.parameters.get('image'))?.value;
      const plan = await planGc(fleet, { keep, images: account.images, stackImage });
      await runPlan(fleet, plan, context, { takeOver });
      await showStatus();
    },
  };
}
