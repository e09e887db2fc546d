import { type Claim, claimOperation, isContinued } from './claim-operation.ts';
import type { Fleet } from './fleet.ts';
import { FleetError } from './fleet-error.ts';
import type { Plan } from './plan.ts';
import type { Reporter } from './reporter.ts';

export interface RunContext {
  reporter: Reporter;
  /** Asks the administrator. False means no. */
  confirm(question: string): Promise<boolean>;
  /** Fires when the administrator interrupts. */
  signal: AbortSignal;
}

async function runSteps({ steps }: Plan, claim: Claim, clock: Fleet['clock'], context: RunContext) {
  const { reporter, signal } = context;
  for (const [index, step] of steps.entries()) {
    signal.throwIfAborted();
    await claim.step(step.title);
    reporter.stepStarted(step.title, index + 1, steps.length);
    const startedAt = clock.now().getTime();
    await step.run({ claim, signal, progress: (detail) => reporter.stepProgress(detail) });
    reporter.stepEnded(step.title, clock.now().getTime() - startedAt);
  }
}

/**
 * Shows a plan, asks, and carries it out step by step under the fleet's lock. Whatever ends it early leaves a
 * record in the journal that `status` shows and that the next command continues from or undoes.
 */
export async function runPlan(
  fleet: Pick<Fleet, 'operations' | 'clock' | 'by'>,
  plan: Plan,
  context: RunContext,
  { takeOver = false } = {},
): Promise<void> {
  const { reporter, confirm, signal } = context;
  const claiming = { subject: plan.subject, takeOver };
  reporter.plan(plan);
  if (plan.steps.length === 0) {
    // Everything was done when the command before this one stopped; only the journal does not know.
    if (await isContinued(fleet, plan.subject)) await (await claimOperation(fleet, claiming)).end('idle');
    return;
  }
  if (!(await confirm('Go ahead?'))) throw new FleetError('Nothing was changed.');
  const claim = await claimOperation(fleet, claiming);
  try {
    await runSteps(plan, claim, fleet.clock, context);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The reason that counts is the first one: if the journal cannot be written either, the lock shows its age.
    await claim.end(signal.aborted ? 'interrupted' : 'failed', reason).catch(() => undefined);
    throw error;
  }
  await claim.end('idle');
}
