import { instancesFor, measureAll } from '../capacity.ts';
import type { Fleet } from '../fleet.ts';
import { FleetError } from '../fleet-error.ts';
import type { LiveAlias } from '../live-alias.ts';
import type { Plan, Step } from '../plan.ts';
import { otherSlot, refuseIfAside, type Slot, type SlotName } from '../slots.ts';
import {
  admit,
  assignVersion,
  describeWeights,
  emptySlot,
  type NextAlias,
  recordLive,
  scaleUp,
  setMinimum,
  shiftTraffic,
} from '../steps.ts';
import { reasonsAgainst } from '../verdict-words.ts';
import { type WatchOptions, watchCanary } from '../watch-canary.ts';
import { returnToLive } from './rollback.ts';

export interface ReleaseOptions {
  version: number;
  /** Percent of the traffic that the version gets, 1 to 99, one after another, each more than the one before. */
  weights: number[];
  watch: WatchOptions;
}

/** The judge found the canary bad, and its traffic was given back. */
export class CanaryFailed extends FleetError {
  constructor(version: number, live: number, why: string) {
    super(`v${version} failed and was rolled back; v${live} has all the traffic. ${why}`, {
      advice: `Its instances still run, for a look: \`fleet logs --version ${version} --level error\`. \`fleet gc\` ends them.`,
    });
    this.name = 'CanaryFailed';
  }
}

function refuseBadWeights(weights: number[]): void {
  const bad = weights.find((weight) => !Number.isInteger(weight) || weight < 1 || weight > 99);
  if (bad !== undefined) {
    throw new FleetError(`${bad} is not a weight for a canary: whole numbers from 1 to 99 are.`, {
      advice: 'Give all the traffic to a version with `fleet promote`.',
    });
  }
  const falling = weights.findIndex((weight, index) => index > 0 && weight <= (weights[index - 1] ?? 0));
  if (falling !== -1) throw new FleetError(`The weights must rise: ${weights.join(', ')}.`);
}

/**
 * Plans to give a version part of the traffic, or all of it if no version has any yet. Throws a FleetError if
 * the version does not exist, a weight cannot be, or another canary runs. Changes nothing.
 */
export async function planRelease(fleet: Fleet, { version, weights, watch }: ReleaseOptions): Promise<Plan> {
  refuseBadWeights(weights);
  const found = await fleet.versions.find(version);
  if (found === undefined)
    throw new FleetError(`There is no version ${version}.`, { advice: 'See `fleet versions`.' });
  if (found.faults.length > 0)
    throw new FleetError(`v${version} cannot be released. ${found.faults.join(' ')}`, {
      advice: 'A version never changes: mend its source and bake another.',
    });
  const [alias, a, b] = await Promise.all([fleet.alias.read(), fleet.slots.read('a'), fleet.slots.read('b')]);
  const subject = `release ${version}`;
  const slots = { a, b };
  if (alias === undefined) return { subject, ...firstRelease(fleet, slots, version) };
  if (alias.canary && alias.canary.version !== version) {
    throw new FleetError(`v${alias.canary.version} is a canary already: ${describeWeights(alias)}.`, {
      advice: '`fleet promote` or `fleet rollback` comes first.',
    });
  }
  if (alias.version === version)
    return { subject, notes: [`v${version} is live, with all the traffic it can get.`], steps: [] };
  return { subject, ...canaryRelease(fleet, slots, alias, { version, weights, watch }) };
}

/** Steps after which a slot runs nothing but a version. */
function clearSlot(fleet: Fleet, slot: Slot, version: number): Step[] {
  const foreign = slot.instances.some((instance) => instance.version !== version);
  return [
    ...(foreign || (slot.version !== version && slot.desired > 0) ? [emptySlot(fleet, slot.name)] : []),
    ...(slot.version !== version ? [assignVersion(fleet, slot.name, version)] : []),
  ];
}

function firstRelease(fleet: Fleet, { a }: Record<SlotName, Slot>, version: number) {
  const all = fleet.leastInstances;
  const why = `first release: v${version}`;
  const alias: NextAlias = { version, slot: 'a', weights: { a: 100 }, why };
  return {
    notes: [`Nothing is live yet, so v${version} gets all the traffic.`],
    steps: [
      ...clearSlot(fleet, a, version),
      scaleUp(fleet, 'a', version, all),
      admit(fleet, 'a', version, all),
      shiftTraffic(fleet, alias, all),
      recordLive(fleet, alias),
    ],
  };
}

function canaryRelease(
  fleet: Fleet,
  slots: Record<SlotName, Slot>,
  live: LiveAlias,
  { version, weights, watch }: ReleaseOptions,
) {
  const slot = otherSlot(live.slot);
  if (slots[slot].version !== version) refuseIfAside([slots[slot]]);
  const all = measureAll(slots[live.slot], live.weights[live.slot] ?? 100, fleet.leastInstances);
  const current = live.canary ? (live.weights[slot] ?? 0) : 0;
  // Continuing an interrupted release does not take away what the canary has.
  const ahead = weights.filter((weight) => weight >= current);
  if (ahead.length === 0) {
    throw new FleetError(`v${version} has ${current} % already.`, {
      advice: 'Give it more, or take it back with `fleet rollback`.',
    });
  }
  const shifts = ahead.flatMap((weight) => {
    const next: NextAlias = {
      version: live.version,
      slot: live.slot,
      canary: { version, slot },
      weights: { [live.slot]: 100 - weight, [slot]: weight },
      why: `canary: v${version} gets ${weight} %`,
    };
    const count = instancesFor(weight, all, fleet.leastInstances);
    return [
      scaleUp(fleet, slot, version, count),
      admit(fleet, slot, version, count),
      shiftTraffic(fleet, next, all),
      recordLive(fleet, next),
      ...(watch.bakeMs > 0 ? [watchStep(fleet, watch)] : []),
    ];
  });
  const taken = live.previous?.slot === slot ? [takeSlot(fleet, live, version)] : [];
  const steps = [
    setMinimum(fleet, live.slot, 'held'),
    ...taken,
    ...clearSlot(fleet, slots[slot], version),
    ...shifts,
  ];
  return { notes: notesOf(slots[slot], live, version), steps };
}

/** From here on nobody may go back to the version that the slot holds. */
function takeSlot(fleet: Fleet, { at: _, by: __, previous, ...live }: LiveAlias, version: number): Step {
  return recordLive(fleet, { ...live, why: `slot ${previous?.slot} is given to v${version}` });
}

function notesOf(slot: Slot, live: LiveAlias, version: number): string[] {
  const ended = slot.version !== version ? slot.instances.length : 0;
  const lost = live.previous
    ? ` v${live.previous.version} can then no longer be rolled back to at once.`
    : '';
  return [
    `v${live.version} is live in slot ${live.slot}; v${version} goes to slot ${slot.name}.`,
    ...(ended > 0 ? [`${ended} instances of v${slot.version} in slot ${slot.name} end.${lost}`] : []),
  ];
}

function watchStep(fleet: Fleet, watch: WatchOptions): Step {
  const minutes = Math.round(watch.bakeMs / 6000) / 10;
  return {
    title: `Compare the canary with the live version for ${minutes} min`,
    async run(context) {
      const alias = await fleet.alias.read();
      if (!alias?.canary) throw new FleetError('The canary is gone.', { advice: 'See `fleet status`.' });
      const canaried = { ...alias, canary: alias.canary };
      const verdict = await watchCanary(fleet, context, canaried, watch);
      context.progress(`${verdict.outcome}: ${verdict.reasons.join(' ')}`);
      if (verdict.outcome !== 'fail') return;
      const why = reasonsAgainst(verdict);
      for (const step of returnToLive(fleet, alias, `the judge: ${why}`)) {
        context.progress(step.title);
        await step.run(context);
      }
      throw new CanaryFailed(alias.canary.version, alias.version, why);
    },
  };
}
