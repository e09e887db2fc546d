import { measureAll } from '../capacity.ts';
import { isContinued } from '../claim-operation.ts';
import type { Fleet } from '../fleet.ts';
import { FleetError } from '../fleet-error.ts';
import type { JudgeRules } from '../judge/judge-rules.ts';
import type { Plan } from '../plan.ts';
import { admit, type NextAlias, recordLive, scaleUp, setMinimum, shiftTraffic } from '../steps.ts';
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
    const subject = `promote ${alias?.version}`;
    if (await isContinued(fleet, subject))
      return { subject, notes: ['It was done but for the journal.'], steps: [] };
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
  const live = await fleet.slots.read(alias.slot);
  const all = Math.ceil(measureAll(live, alias.weights[alias.slot] ?? 100, fleet.leastInstances));
  const next: NextAlias = {
    version: canary.version,
    slot: canary.slot,
    previous: { version: alias.version, slot: alias.slot },
    // Named without traffic, so that the load balancer knows at once whom to send to after a rollback.
    weights: { [canary.slot]: 100, [alias.slot]: 0 },
    why: `promoted v${canary.version}; the judge: ${outcome}`,
  };
  return {
    subject: `promote ${canary.version}`,
    notes: [
      `The judge says ${outcome} of v${canary.version}. ${reasons.join(' ')}`,
      `v${alias.version} stays warm in slot ${alias.slot}, for a rollback in one call, until \`fleet gc\` or the next release.`,
    ],
    steps: [
      scaleUp(fleet, canary.slot, canary.version, all),
      admit(fleet, canary.slot, canary.version, all),
      // Before the traffic goes: without traffic its scaling policies would take it in.
      setMinimum(fleet, alias.slot, 'held'),
      shiftTraffic(fleet, next, all),
      setMinimum(fleet, canary.slot, 'usual'),
      recordLive(fleet, next),
    ],
  };
}
