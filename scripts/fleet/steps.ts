import { instancesFor } from './capacity.ts';
import type { Fleet } from './fleet.ts';
import { FleetError } from './fleet-error.ts';
import type { LiveAlias } from './live-alias.ts';
import type { Step } from './plan.ts';
import { pollUntil } from './poll.ts';
import { healthyInstances, type SlotName, slotNames } from './slots.ts';
import { sameWeights } from './traffic.ts';

const minute = 60_000;
/** A slot is empty when nothing in it may still get traffic or come up; what drains goes by itself. */
const isLeaving = (state: string) => /^(Terminat|Detach)/.test(state);

/** Ends every instance of a slot that gets no traffic. */
export function emptySlot(fleet: Fleet, name: SlotName): Step {
  return {
    title: `End the instances in slot ${name}`,
    async run(context) {
      await refuseIfServing(fleet, name);
      await fleet.slots.resize(name, { min: 0, desired: 0 });
      const look = async () => {
        const left = (await fleet.slots.read(name)).instances.filter(({ state }) => !isLeaving(state));
        return left.length === 0 || `${left.length} left`;
      };
      await pollUntil(fleet, context, look, {
        patienceMs: 10 * minute,
        failure: `Slot ${name} does not get empty`,
        advice: `Look at the activities of its Auto Scaling group.`,
      });
    },
  };
}

async function refuseIfServing(fleet: Fleet, name: SlotName): Promise<void> {
  if ((await fleet.traffic.read())?.[name] === undefined) return;
  throw new FleetError(`Slot ${name} has traffic now.`, { advice: 'See `fleet status`.' });
}

/** Makes new instances of a slot run a version. The slot must hold none of another version. */
export function assignVersion(fleet: Fleet, name: SlotName, version: number): Step {
  return {
    title: `Give slot ${name} to v${version}`,
    async run() {
      const slot = await fleet.slots.read(name);
      if (slot.version !== version) await fleet.slots.setVersion(name, version);
    },
  };
}

/** Starts instances, and waits until the load balancer finds that many of them healthy. */
export function scaleUp(fleet: Fleet, name: SlotName, version: number, count: number): Step {
  return {
    title: `Scale slot ${name} to ${count} healthy instances of v${version}`,
    async run(context) {
      const { desired } = await fleet.slots.read(name);
      // Held by the minimum: a slot with little traffic would be scaled in before its traffic comes.
      await fleet.slots.resize(name, { min: count, desired: Math.max(count, desired) });
      const look = async () => {
        const healthy = healthyInstances(await fleet.slots.read(name), version).length;
        return healthy >= count || `${healthy} of ${count} healthy`;
      };
      await pollUntil(fleet, context, look, {
        patienceMs: 20 * minute,
        failure: `The instances of v${version} do not become healthy`,
        advice: `See why with \`fleet logs --version ${version}\`. Visitors still get what they got before; \`fleet gc\` ends the instances.`,
      });
    },
  };
}

/** Lets scaling policies take a slot in to its usual minimum again, or holds it at the size it has. */
export function setMinimum(fleet: Fleet, name: SlotName, to: 'usual' | 'held'): Step {
  const title = to === 'held' ? `Keep slot ${name} at its size` : `Let slot ${name} scale in again`;
  return {
    title,
    async run() {
      const { desired } = await fleet.slots.read(name);
      const min = to === 'held' ? desired : Math.min(fleet.leastInstances, desired);
      await fleet.slots.resize(name, { min, desired });
    },
  };
}

/**
 * Sets the weights. Refuses if a slot that is to get traffic cannot carry it: `all` is how many instances the
 * whole traffic needs. With `force` one healthy instance is enough; with none, visitors would get nothing but 503
 * from that slot.
 */
export function shiftTraffic(fleet: Fleet, alias: NextAlias, all: number, { force = false } = {}): Step {
  return {
    title: `Set the traffic to ${describeWeights(alias)}`,
    async run() {
      if (sameWeights(await fleet.traffic.read(), alias.weights)) return;
      await refuseIfTooSmall(fleet, alias, force ? 0 : all, force ? 1 : fleet.leastInstances);
      await fleet.traffic.write(alias.weights);
    },
  };
}

/** What an alias is to be, before it is known when and by whom. */
export type NextAlias = Omit<LiveAlias, 'at' | 'by'>;

/**
 * Writes down what is live. Comes after everything that it says is done, so that a command that stopped before
 * is planned in the same way when it runs again.
 */
export function recordLive(fleet: Fleet, alias: NextAlias): Step {
  return {
    title: `Note it: ${alias.why}`,
    async run() {
      if (!isWrittenDown(await fleet.alias.read(), alias))
        await fleet.alias.write({ ...alias, at: fleet.clock.now().toISOString(), by: fleet.by });
      // A command that was overtaken in the middle of its last call may have written after us.
      if (!sameWeights(await fleet.traffic.read(), alias.weights)) {
        throw new FleetError('Somebody else changed the weights at the same moment.', {
          advice: 'Run the command again.',
        });
      }
    },
  };
}

async function refuseIfTooSmall(fleet: Fleet, { weights, ...alias }: NextAlias, all: number, least: number) {
  for (const name of slotNames) {
    const weight = weights[name];
    if (weight === undefined) continue;
    const version = alias.canary?.slot === name ? alias.canary.version : alias.version;
    const healthy = healthyInstances(await fleet.slots.read(name), version).length;
    const needed = instancesFor(weight, all, least);
    if (healthy >= needed) continue;
    throw new FleetError(
      `Slot ${name} cannot carry ${weight} %: ${healthy} of ${needed} instances of v${version} are healthy.`,
      { advice: 'Run the command again: it scales the slot first. `rollback --force` shifts all the same.' },
    );
  }
}

function isWrittenDown(found: LiveAlias | undefined, wanted: NextAlias): boolean {
  return (
    found?.version === wanted.version &&
    found.slot === wanted.slot &&
    found.canary?.version === wanted.canary?.version &&
    found.previous?.version === wanted.previous?.version &&
    sameWeights(found.weights, wanted.weights)
  );
}

/** Such as `v7 80 %, v8 20 %`. */
export function describeWeights({
  version,
  slot,
  canary,
  weights,
}: Pick<LiveAlias, 'version' | 'slot' | 'canary' | 'weights'>) {
  const parts = [`v${version} ${weights[slot] ?? 0} %`];
  if (canary) parts.push(`v${canary.version} ${weights[canary.slot] ?? 0} %`);
  return parts.join(', ');
}
