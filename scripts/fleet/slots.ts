import { FleetError } from './fleet-error.ts';

/**
 * The two permanent places that a version can run in. Each is one target group and one Auto Scaling group, so
 * that a release never makes or deletes infrastructure.
 */
export const slotNames = ['a', 'b'] as const;
export type SlotName = (typeof slotNames)[number];

export const otherSlot = (name: SlotName): SlotName => (name === 'a' ? 'b' : 'a');

export interface SlotInstance {
  id: string;
  zone: string;
  /** Launch template version that it was started from. Undefined if nobody knows any more. */
  version: number | undefined;
  /** Lifecycle state in the words of Auto Scaling, such as `InService` or `Terminating:Wait`. */
  state: string;
  /** Whether the load balancer finds it healthy now. */
  healthy: boolean;
  /** The load balancer does not check it, because no rule names its target group. */
  unchecked?: boolean | undefined;
}

export interface Slot {
  name: SlotName;
  /** Launch template version that new instances get. */
  version: number;
  min: number;
  desired: number;
  max: number;
  instances: SlotInstance[];
}

/** Reads and changes the slots. Every change may be made again without harm. */
export interface Slots {
  read(name: SlotName): Promise<Slot>;
  /** What new instances run from now on. Running instances stay as they are. */
  setVersion(name: SlotName, version: number): Promise<void>;
  /** Never let scaling in go below `min`; start or end instances until there are `desired`. */
  resize(name: SlotName, size: { min: number; desired: number }): Promise<void>;
  /** Takes an instance out of service and makes the slot one smaller: it drains, then ends. */
  end(instanceId: string): Promise<void>;
  /** Takes an instance out of service and makes the slot one smaller, but keeps it running, to look into it. */
  setAside(instanceId: string): Promise<void>;
}

/** Instances of a version that came up, by what they say themselves and by what the load balancer knows. */
export function startedInstances(slot: Slot, version = slot.version): SlotInstance[] {
  return slot.instances.filter(
    (instance) =>
      instance.version === version &&
      instance.state === 'InService' &&
      (instance.healthy || instance.unchecked === true),
  );
}

/** Instances that serve a version: started from it, in service, and healthy for the load balancer. */
export function healthyInstances(slot: Slot, version = slot.version): SlotInstance[] {
  return startedInstances(slot, version).filter(({ healthy }) => healthy);
}

/**
 * Throws a FleetError if somebody has set an instance of these slots aside: it would outlive whatever empties
 * the slot, and whoever looks into it should know.
 */
export function refuseIfAside(slots: Slot[]): void {
  const aside = slots.flatMap(({ instances }) => instances).filter(({ state }) => state.includes('Standby'));
  if (aside.length === 0) return;
  throw new FleetError(`${aside.map(({ id }) => id).join(', ')} is set aside, to be looked into.`, {
    advice: aside.map(({ id }) => `End it: ${endingOf(id)}`).join('\n  '),
  });
}

/** How an administrator ends an instance that is set aside: it counts for nothing, so nothing takes its place. */
export const endingOf = (instanceId: string) =>
  `aws autoscaling terminate-instance-in-auto-scaling-group --instance-id ${instanceId} --no-should-decrement-desired-capacity`;
