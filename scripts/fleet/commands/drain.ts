import { isContinued } from '../claim-operation.ts';
import type { Fleet } from '../fleet.ts';
import { FleetError } from '../fleet-error.ts';
import type { Plan, Step } from '../plan.ts';
import { pollUntil } from '../poll.ts';
import { healthyInstances, type Slot } from '../slots.ts';

interface DrainOptions {
  instanceId: string;
  /** Keep it running without traffic, to look into it. */
  keep: boolean;
}

/**
 * Plans to take one instance out of service. Its slot gets another one first, so that the others never carry
 * more than their share. Throws a FleetError if the instance is in no slot, or its slot
 * can neither grow nor shrink.
 */
export async function planDrain(fleet: Fleet, { instanceId, keep }: DrainOptions): Promise<Plan> {
  const subject = `drain ${instanceId}`;
  const slots = [await fleet.slots.read('a'), await fleet.slots.read('b')];
  const slot = slots.find(({ instances }) => instances.some(({ id }) => id === instanceId));
  const instance = slot?.instances.find(({ id }) => id === instanceId);
  if (slot === undefined || instance === undefined) {
    if (await isContinued(fleet, subject)) return { subject, notes: [`${instanceId} is gone.`], steps: [] };
    throw new FleetError(`${instanceId} is in no slot of this fleet.`, { advice: 'See `fleet status`.' });
  }
  if (instance.state !== 'InService') {
    return { subject, notes: [`${instanceId} is out of service already: ${instance.state}.`], steps: [] };
  }
  const title = keep ? `Set ${instanceId} aside` : `Drain ${instanceId} and end it`;
  const leave: Step = {
    title,
    async run(context) {
      await (keep ? fleet.slots.setAside(instanceId) : fleet.slots.end(instanceId));
      const look = async () => {
        const found = (await fleet.slots.read(slot.name)).instances.find(({ id }) => id === instanceId);
        const isOut = found === undefined || found.state === 'Standby' || found.state.startsWith('Terminat');
        return isOut || `still ${found.state}`;
      };
      await pollUntil(fleet, context, look, {
        patienceMs: 10 * 60_000,
        failure: `${instanceId} does not leave`,
        advice: 'Look at the activities of its Auto Scaling group.',
      });
    },
  };
  const isFull = slot.desired >= slot.max;
  if (isFull && slot.desired - 1 < slot.min) {
    throw new FleetError(
      `Slot ${slot.name} can get neither larger nor smaller than ${slot.desired} instances.`,
      {
        advice: `Raise the limit with \`fleet up --parameter MaxSize=${slot.max + 1}\`, then drain.`,
      },
    );
  }
  return {
    subject,
    notes: [
      isFull
        ? `Slot ${slot.name} is as large as it may get, so the others carry the load of ${instanceId} too.`
        : `Slot ${slot.name} gets another instance first.`,
    ],
    steps: [...(isFull ? [] : [replaceFirst(fleet, slot, instanceId)]), leave],
  };
}

/** Starts one more instance. After an interruption, one that was started already is enough. */
function replaceFirst(fleet: Fleet, slot: Slot, instanceId: string): Step {
  const running = slot.instances.filter(({ state }) => !state.startsWith('Terminat')).length;
  const wanted = slot.desired > running ? slot.desired : slot.desired + 1;
  return {
    title: `Scale slot ${slot.name} to ${wanted} instances`,
    async run(context) {
      const { min } = await fleet.slots.read(slot.name);
      await fleet.slots.resize(slot.name, { min, desired: wanted });
      const look = async () => {
        const others = healthyInstances(await fleet.slots.read(slot.name)).filter(
          ({ id }) => id !== instanceId,
        );
        return others.length >= wanted - 1 || `${others.length} of ${wanted - 1} others healthy`;
      };
      await pollUntil(fleet, context, look, {
        patienceMs: 20 * 60_000,
        failure: `No instance takes the place of ${instanceId}`,
        advice: `See why with \`fleet logs --version ${slot.version}\`.`,
      });
    },
  };
}
