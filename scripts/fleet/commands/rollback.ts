import { measureAll } from '../capacity.ts';
import type { Fleet } from '../fleet.ts';
import { FleetError } from '../fleet-error.ts';
import type { LiveAlias } from '../live-alias.ts';
import type { Plan, Step } from '../plan.ts';
import { healthyInstances } from '../slots.ts';
import { scaleUp, setMinimum, shiftTraffic } from '../steps.ts';
import { sameWeights } from '../traffic.ts';

/** Gives all the traffic back to the live version; the canary's instances go on without any. */
export function returnToLive(fleet: Fleet, alias: LiveAlias, why: string): Step {
  const { version, slot } = alias;
  // One healthy instance is enough: with the canary known to be bad, fewer instances of a good one are better.
  return shiftTraffic(fleet, { version, slot, weights: { [slot]: 100 }, why }, 0, { force: true });
}

/**
 * Plans to give the traffic back: from a canary to the live version, or from the live version to the one
 * before it. As long as the other slot is still warm that is one call. Throws a FleetError if there is nothing
 * to go back to.
 */
export async function planRollback(fleet: Fleet, { force }: { force: boolean }): Promise<Plan> {
  const alias = await fleet.alias.read();
  if (alias === undefined)
    throw new FleetError('Nothing was ever released, so there is nothing to go back to.');
  const rule = await fleet.traffic.read();
  const subject = 'rollback';
  // The rule counts, not what was written down: an interrupted release may have shifted traffic already.
  const isWhole = sameWeights(rule, { [alias.slot]: 100 });
  if (alias.canary || !isWhole) {
    const from = alias.canary ? `v${alias.canary.version}` : 'an unfinished release';
    return {
      subject,
      notes: [`v${alias.version} gets all the traffic again, in one call.`],
      steps: [returnToLive(fleet, alias, `rollback from ${from}`), setMinimum(fleet, alias.slot, 'usual')],
    };
  }
  if (alias.previous === undefined) {
    throw new FleetError(`v${alias.version} is live, and no slot holds a version from before it.`, {
      advice: 'Release the version that you want with `fleet release <version>`.',
    });
  }
  return { subject, ...(await backToPrevious(fleet, alias, alias.previous, force)) };
}

async function backToPrevious(
  fleet: Fleet,
  alias: LiveAlias,
  previous: NonNullable<LiveAlias['previous']>,
  force: boolean,
) {
  const slots = [await fleet.slots.read('a'), await fleet.slots.read('b')];
  const all = measureAll(slots, alias.weights, fleet.leastInstances);
  const target = slots.find(({ name }) => name === previous.slot);
  const healthy = target ? healthyInstances(target, previous.version).length : 0;
  const isWarm = healthy >= all || (force && healthy > 0);
  return {
    notes: isWarm
      ? [`v${previous.version} is warm in slot ${previous.slot}: the rollback is one call.`]
      : [
          `v${previous.version} has ${healthy} of ${all} instances, so slot ${previous.slot} is scaled up first.`,
          ...(healthy > 0 ? ['--force shifts the traffic at once.'] : []),
        ],
    steps: [
      ...(isWarm ? [] : [scaleUp(fleet, previous.slot, previous.version, all)]),
      shiftTraffic(
        fleet,
        {
          ...previous,
          weights: { [previous.slot]: 100 },
          why: `rollback from v${alias.version}`,
        },
        all,
        { force },
      ),
      setMinimum(fleet, previous.slot, 'usual'),
    ],
  };
}
