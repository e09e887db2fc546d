import { measureAll } from '../capacity.ts';
import { isHalfFinished } from '../claim-operation.ts';
import type { Fleet } from '../fleet.ts';
import { FleetError } from '../fleet-error.ts';
import type { LiveAlias } from '../live-alias.ts';
import type { Plan, Step } from '../plan.ts';
import { healthyInstances } from '../slots.ts';
import { admit, emptySlot, type NextAlias, recordLive, scaleUp, setMinimum, shiftTraffic } from '../steps.ts';
import { sameShares } from '../traffic.ts';

/** Gives all the traffic back to the live version; the canary's instances go on without any. */
export function returnToLive(fleet: Fleet, { version, slot }: LiveAlias, why: string): Step[] {
  const alias: NextAlias = { version, slot, weights: { [slot]: 100 }, why };
  return [
    // One healthy instance is enough: with the canary known to be bad, fewer instances of a good one are better.
    shiftTraffic(fleet, alias, 0, { force: true }),
    setMinimum(fleet, slot, 'usual'),
    recordLive(fleet, alias),
  ];
}

/**
 * Plans to give the traffic back: from a canary to the live version, from the live version to the one before it,
 * or to where it was before a command that stopped half-way. As long as the other slot is still warm that is one
 * call. Throws a FleetError if there is nothing to go back to.
 */
export async function planRollback(fleet: Fleet, { force }: { force: boolean }): Promise<Plan> {
  const [alias, rule, { operation }] = await Promise.all([
    fleet.alias.read(),
    fleet.traffic.read(),
    fleet.operations.read(),
  ]);
  const halfFinished = operation && isHalfFinished(operation) ? operation.command : undefined;
  const plan = (notes: string[], steps: Step[]): Plan => ({ subject: 'rollback', notes, steps });
  if (alias === undefined) {
    if (!halfFinished?.startsWith('release '))
      throw new FleetError('Nothing was ever released, so there is nothing to go back to.');
    return plan(['Nothing was live before the first release, so nothing will be.'], undoFirstRelease(fleet));
  }
  // The rule counts, not what was written down: a command that stopped half-way may have shifted traffic already.
  const goesOn = alias.previous && sameShares(rule, { [alias.previous.slot]: 100 });
  if (alias.canary || !(goesOn || sameShares(rule, { [alias.slot]: 100 }))) {
    const from = alias.canary ? `v${alias.canary.version}` : `\`${halfFinished ?? 'an unknown change'}\``;
    return plan(
      [`v${alias.version} gets all the traffic again, in one call.`],
      returnToLive(fleet, alias, `rollback from ${from}`),
    );
  }
  if (halfFinished !== undefined && halfFinished !== 'rollback' && !goesOn) {
    return plan(
      [`\`${halfFinished}\` stopped before it shifted any traffic: v${alias.version} has all of it.`],
      // Also takes a slot out of the rule that was being checked.
      returnToLive(fleet, alias, `undone: ${halfFinished}`),
    );
  }
  if (alias.previous !== undefined) return backToPrevious(fleet, alias, alias.previous, force);
  if (halfFinished === 'rollback') return plan(['It was done but for the journal.'], []);
  throw new FleetError(`v${alias.version} is live, and no slot holds a version from before it.`, {
    advice: 'Release the version that you want with `fleet release <version>`.',
  });
}

function undoFirstRelease(fleet: Fleet): Step[] {
  return [{ title: 'Take the rule away', run: () => fleet.traffic.remove() }, emptySlot(fleet, 'a')];
}

async function backToPrevious(
  fleet: Fleet,
  alias: LiveAlias,
  previous: NonNullable<LiveAlias['previous']>,
  force: boolean,
): Promise<Plan> {
  const [live, target] = await Promise.all([fleet.slots.read(alias.slot), fleet.slots.read(previous.slot)]);
  const all = Math.ceil(measureAll(live, 100, fleet.leastInstances));
  const healthy = healthyInstances(target, previous.version).length;
  const isWarm = healthy >= all || (force && healthy > 0);
  const why = `rollback from v${alias.version}`;
  const next: NextAlias = { ...previous, weights: { [previous.slot]: 100 }, why };
  const cold = `v${previous.version} has ${healthy} of ${all} instances, so slot ${previous.slot} is scaled up first.`;
  return {
    subject: 'rollback',
    notes: isWarm
      ? [`v${previous.version} is warm in slot ${previous.slot}: the rollback is one call.`]
      : [cold, ...(healthy > 0 ? ['--force shifts the traffic at once.'] : [])],
    steps: [
      ...(isWarm
        ? []
        : [
            scaleUp(fleet, previous.slot, previous.version, all),
            admit(fleet, previous.slot, previous.version, all),
          ]),
      shiftTraffic(fleet, next, all, { force }),
      setMinimum(fleet, previous.slot, 'usual'),
      recordLive(fleet, next),
    ],
  };
}
