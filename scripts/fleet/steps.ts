import { instancesFor } from './capacity.ts';
import type { Fleet } from './fleet.ts';
import { FleetError } from './fleet-error.ts';
import type { LiveAlias } from './live-alias.ts';
import type { Step } from './plan.ts';
import { pollUntil } from './poll.ts';
import { healthyInstances, type SlotName, slotNames, startedInstances } from './slots.ts';
import { sameShares, sameWeights } from './traffic.ts';

const minute = 60_000;
/** A slot is empty when nothing in it may still get traffic or come up; what drains goes by itself. */
const isLeaving = (state: string) => /^(Terminat|Detach)/.test(state);

/** Ends every instance of a slot that gets no traffic. */
export function emptySlot(fleet: Fleet, name: SlotName): Step {
  return {
    title: `End the instances in slot ${name}`,
    async run(context) {
      await takeOutOfRule(fleet, name);
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

/** A target group without healthy targets must not be in the rule, not even with weight 0. */
async function takeOutOfRule(fleet: Fleet, name: SlotName): Promise<void> {
  const weights = await fleet.traffic.read();
  if (weights?.[name] === undefined) return;
  if (weights[name] > 0)
    throw new FleetError(`Slot ${name} has traffic now.`, { advice: 'See `fleet status`.' });
  const { [name]: _, ...others } = weights;
  await (Object.keys(others).length > 0 ? fleet.traffic.write(others) : fleet.traffic.remove());
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

/** Starts instances, and waits until that many have come up. */
export function scaleUp(fleet: Fleet, name: SlotName, version: number, count: number): Step {
  return {
    title: `Scale slot ${name} to ${count} instances of v${version}`,
    async run(context) {
      const { desired } = await fleet.slots.read(name);
      // Held by the minimum: a slot with little traffic would be scaled in before its traffic comes.
      await fleet.slots.resize(name, { min: count, desired: Math.max(count, desired) });
      const look = async () => {
        const started = startedInstances(await fleet.slots.read(name), version).length;
        return started >= count || `${started} of ${count} came up`;
      };
      await pollUntil(fleet, context, look, {
        patienceMs: 20 * minute,
        failure: `The instances of v${version} do not come up`,
        advice: adviceFor(version),
      });
    },
  };
}

const adviceFor = (version: number) =>
  `Why is in \`fleet logs --version ${version}\`, or on an instance's console: "Launch abandoned" in docs/operations.md. Visitors still get what they got before; \`fleet gc\` ends the instances.`;

/**
 * Names a slot in the rule without giving it traffic, and waits until the load balancer finds enough of its
 * instances healthy. Takes it out again if that does not happen.
 */
export function admit(fleet: Fleet, name: SlotName, version: number, count: number): Step {
  return {
    title: `Let the load balancer check slot ${name}, without traffic`,
    async run(context) {
      const weights = await fleet.traffic.read();
      if (weights?.[name] === undefined) await fleet.traffic.write({ ...weights, [name]: 0 });
      const look = async () => {
        const healthy = healthyInstances(await fleet.slots.read(name), version).length;
        return healthy >= count || `${healthy} of ${count} healthy`;
      };
      try {
        await pollUntil(fleet, context, look, {
          patienceMs: 5 * minute,
          failure: `The load balancer does not find v${version} healthy`,
          advice: adviceFor(version),
        });
      } catch (error) {
        await stopChecking(fleet, [name]);
        throw error;
      }
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
      try {
        await refuseIfTooSmall(fleet, alias, force ? 0 : all, force ? 1 : fleet.leastInstances);
      } catch (error) {
        await stopChecking(fleet, slotNames);
        throw error;
      }
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
      if (!sameShares(await fleet.traffic.read(), alias.weights)) {
        throw new FleetError('Somebody else changed the weights at the same moment.', {
          advice: 'Run the command again.',
        });
      }
    },
  };
}

/** Takes slots that have no traffic out of the rule: they turned out not to be ready for it. */
async function stopChecking(fleet: Fleet, names: readonly SlotName[]): Promise<void> {
  const rule = await fleet.traffic.read();
  for (const name of names) if (rule?.[name] === 0) await takeOutOfRule(fleet, name);
}

async function refuseIfTooSmall(fleet: Fleet, { weights, ...alias }: NextAlias, all: number, least: number) {
  for (const name of slotNames) {
    const weight = weights[name];
    if (!weight) continue;
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
    sameShares(found.weights, wanted.weights)
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
