import type { Fleet } from './fleet.ts';
import { FleetError } from './fleet-error.ts';
import type { StepContext } from './plan.ts';
import { pollUntil } from './poll.ts';
import { isSettled, isUsable, type Stack } from './stack.ts';

/**
 * Waits until CloudFormation has come to an end, well or badly. Throws a FleetError with AWS's own words for
 * what went wrong. A stack that is gone has settled.
 */
export async function untilStackSettles(
  deps: Pick<Fleet, 'clock'>,
  context: StepContext,
  stack: Stack,
  since: Date,
): Promise<void> {
  const look = async () => {
    const state = await stack.read();
    return state === undefined || isSettled(state.status) || /FAILED$/.test(state.status) || state.status;
  };
  await pollUntil(deps, context, look, {
    patienceMs: 60 * 60_000,
    failure: `The stack ${stack.name} does not settle`,
    advice: 'Look at its events in the CloudFormation console; run the command again to go on waiting.',
  });
  const state = await stack.read();
  if (state === undefined || (isUsable(state.status) && !state.status.includes('ROLLBACK'))) return;
  const reasons = await stack.failures(since);
  throw new FleetError(
    `The stack ${stack.name} ended as ${state.status}. ${[state.reason, ...reasons].filter(Boolean).join('\n  ')}`,
    { advice: 'Mend the cause, then run the command again.' },
  );
}
