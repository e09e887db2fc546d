import type { Fleet } from '../fleet.ts';
import type { Plan, Step } from '../plan.ts';
import { refuseIfAside, slotNames } from '../slots.ts';
import type { Stack } from '../stack.ts';
import { emptySlot } from '../steps.ts';
import { untilStackSettles } from '../until-stack-settles.ts';

interface DownOptions {
  stack: Stack;
  /** Undefined once the stack is gone, or if it never was. */
  fleet: Fleet | undefined;
  deps: Pick<Fleet, 'clock'>;
  /** Lets the load balancer be deleted. */
  unprotect: () => Promise<void>;
  /** Removes what the controller itself keeps. */
  forget: () => Promise<void>;
  /** Addresses of what the template retains, so that it can be found again. */
  retained: string[];
}

/**
 * Plans to take the fleet down. Buckets, tables and logs stay: the template retains them. Throws a
 * FleetError if an instance is set aside.
 */
export async function planDown({
  stack,
  fleet,
  deps,
  unprotect,
  forget,
  retained,
}: DownOptions): Promise<Plan> {
  const state = await stack.read();
  if (fleet) refuseIfAside(await Promise.all(slotNames.map((name) => fleet.slots.read(name))));
  const isThere = state !== undefined || (await stack.isOnlyProposed());
  const since = deps.clock.now();
  const remove: Step = {
    title: `Delete the stack ${stack.name}`,
    async run(context) {
      if ((await stack.read()) === undefined && !(await stack.isOnlyProposed())) return;
      await stack.remove();
      await untilStackSettles(deps, context, stack, since);
    },
  };
  const closing: Step[] = fleet
    ? [
        {
          title: 'Take the traffic away: visitors get 503 from now on',
          run: () => fleet.traffic.remove(),
        },
        ...slotNames.map((name) => emptySlot(fleet, name)),
        { title: 'Lift the deletion protection of the load balancer', run: unprotect },
      ]
    : [];
  return {
    subject: 'down',
    notes: [
      state
        ? 'Visitors get no answers from this fleet any more.'
        : isThere
          ? 'The stack was proposed and never made.'
          : 'There is no stack.',
      ...(retained.length > 0 ? [`These stay, with all that is in them: ${retained.join(', ')}.`] : []),
    ],
    steps: [...closing, ...(isThere ? [remove] : []), { title: 'Forget what is live', run: forget }],
  };
}
