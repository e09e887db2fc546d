import type { Fleet } from '../fleet.ts';
import { FleetError } from '../fleet-error.ts';
import type { Images } from '../images.ts';
import type { Plan, Step } from '../plan.ts';
import { refuseIfAside, type Slot, slotNames } from '../slots.ts';
import { emptySlot } from '../steps.ts';
import type { Version } from '../versions.ts';

interface GcOptions {
  /** How many of the newest versions stay, beside those that a slot holds. */
  keep: number;
  images: Images;
  /** The image that the stack's template names. */
  stackImage: string | undefined;
}

/**
 * Plans to end what is no longer needed: instances in a slot without traffic, old versions, and images that no
 * version names. After it a rollback has to start instances first. Throws a FleetError while a canary runs.
 */
export async function planGc(fleet: Fleet, { keep, images, stackImage }: GcOptions): Promise<Plan> {
  const [alias, weights, versions] = await Promise.all([
    fleet.alias.read(),
    fleet.traffic.read(),
    fleet.versions.list(),
  ]);
  if (alias?.canary) {
    throw new FleetError(`v${alias.canary.version} is a canary.`, {
      advice: '`fleet promote` or `fleet rollback` comes first.',
    });
  }
  const slots = await Promise.all(slotNames.map((name) => fleet.slots.read(name)));
  const idle = slots.filter(({ name, desired, min }) => !weights?.[name] && desired + min > 0);
  refuseIfAside(idle);
  const old = versionsToRemove(versions, slots, keep);
  const left = new Set(versions.filter((version) => !old.includes(version)).map(({ image }) => image));
  const unused = (await images.list()).filter(({ id }) => !left.has(id) && id !== stackImage).slice(keep);

  return {
    subject: 'gc',
    notes: idle.map(
      ({ name, version, desired }) =>
        `Slot ${name} has no traffic: its ${desired} instances of v${version} end, so that going back to it takes minutes instead of one call.`,
    ),
    steps: [
      ...idle.map(({ name }) => emptySlot(fleet, name)),
      ...(old.length > 0 ? [removeVersions(fleet, old)] : []),
      ...unused.map(({ id, name }) => ({
        title: `Remove the image ${id} (${name})`,
        run: () => images.remove(id),
      })),
    ],
  };
}

/**
 * What is live, and what can be rolled back to, is in a slot. Version 1 stays: it is the default of the launch
 * template, which EC2 does not delete.
 */
function versionsToRemove(versions: Version[], slots: Slot[], keep: number): Version[] {
  const named = new Set([
    1,
    ...slots.map(({ version }) => version),
    ...slots.flatMap(({ instances }) => instances.map(({ version }) => version)),
  ]);
  return versions.slice(keep).filter(({ number }) => !named.has(number));
}

function removeVersions(fleet: Fleet, old: Version[]): Step {
  const numbers = old.map(({ number }) => number);
  return {
    title: `Remove the versions ${numbers.map((number) => `v${number}`).join(', ')}`,
    run: () => fleet.versions.remove(numbers),
  };
}
