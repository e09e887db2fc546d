import { measureAll } from '../capacity.ts';
import type { Fleet } from '../fleet.ts';
import { FleetError } from '../fleet-error.ts';
import type { JudgeRules } from '../judge/judge-rules.ts';
import type { Plan } from '../plan.ts';
import { scaleUp, setMinimum, shiftTraffic } from '../steps.ts';
import { judgeCanary } from '../watch-canary.ts';

/**
 * Plans to give all the traffic to the canary. The version that was live stays warm in its slot, so that a
 * rollback is one call, until `gc` or the next release. Throws a FleetError if no canary runs, or if the judge
 * finds it bad and `force` is not set.
 */
export async function planPromote(
  fleet: Fleet,
  { rules, force }: { rules: JudgeRules; force: boolean },
): Promise<Plan> {
  const alias = await fleet.alias.read();
  const canary = alias?.canary;
  if (alias === undefined || canary === undefined) {
    const before = alias && `v${alias.version} has all the traffic already.`;
    throw new FleetError(['No canary runs.', before].filter(Boolean).join(' '), {
      advice: 'Start one with `fleet release <version>`.',
    });
  }
  const { outcome, reasons } = await judgeCanary(fleet, { ...alias, canary }, rules);
  if (outcome === 'fail' && !force) {
    throw new FleetError(`The judge finds v${canary.version} bad. ${reasons.join(' ')}`, {
      advice: '`fleet rollback` takes its traffic back; --force promotes it all the same.',
    });
  }
  const slots = [await fleet.slots.read('a'), await fleet.slots.read('b')];
  const all = measureAll(slots, alias.weights, fleet.leastInstances);
  return {
    subject: `promote ${canary.version}`,
    notes: [
      `The judge says ${outcome} of v${canary.version}. ${reasons.join(' ')}`,
      `v${alias.version} stays warm in slot ${alias.slot}, for a rollback in one call, until \`fleet gc\` or the next release.`,
    ],
    steps: [
      scaleUp(fleet, canary.slot, canary.version, all),
      // Before the traffic goes: without traffic its scaling policies would take it in.
      setMinimum(fleet, alias.slot, 'held'),
      shiftTraffic(
        fleet,
        {
          version: canary.version,
          slot: canary.slot,
          previous: { version: alias.version, slot: alias.slot },
          weights: { [canary.slot]: 100 },
          why: `promoted v${canary.version}; the judge: ${outcome}`,
        },
        all,
      ),
      setMinimum(fleet, canary.slot, 'usual'),
    ],
  };
}
