import type { Clock } from '../../scripts/fleet/clock.ts';
import type { Fleet } from '../../scripts/fleet/fleet.ts';
import type { SlotCounts, SlotSignals } from '../../scripts/fleet/judge/slot-signals.ts';
import type { LiveAlias } from '../../scripts/fleet/live-alias.ts';
import type { Operation } from '../../scripts/fleet/operation.ts';
import type { Slot, SlotInstance, SlotName, Slots } from '../../scripts/fleet/slots.ts';
import type { Weights } from '../../scripts/fleet/traffic.ts';
import type { Version } from '../../scripts/fleet/versions.ts';

/** What a port was asked to do, such as `traffic.write`. */
export type PortCall = string;

export interface FleetInMemory {
  fleet: Fleet;
  /** Every weight that the rule ever had, the oldest first. */
  rules: (Weights | undefined)[];
  /** What each version answers: share of errors. */
  errorShare: Map<number, number>;
  /** Versions whose instances never become healthy. */
  brokenVersions: Set<number>;
  /** Versions that come up, but that the load balancer never finds healthy. */
  unhealthyVersions: Set<number>;
  killInstances(name: SlotName): void;
  /** As scaling policies do under load; the new instances are healthy when this returns. */
  grow(name: SlotName, desired: number): void;
  /** Called before and after every call of a port that changes something; may throw. */
  onChange: (call: PortCall, when: 'before' | 'after') => void;
  slot(name: SlotName): Slot;
  alias(): LiveAlias | undefined;
  operation(): Operation | undefined;
}

const zones = ['zone-1', 'zone-2'];

/**
 * A fleet whose edges are kept in memory, in the way that AWS behaves: instances take two looks to come up and,
 * once the rule names their slot, another to be found healthy; those that end take one look to go; time passes
 * only while somebody sleeps.
 */
export function createFleetInMemory({ versions = [7, 8, 9] } = {}): FleetInMemory {
  let now = Date.parse('2026-01-01T00:00:00Z');
  let launched = 0;
  const clock: Clock = {
    now: () => new Date(now),
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      now += milliseconds;
    },
  };

  type Held = Slot & { looks: Map<string, number> };
  const hold = (name: SlotName): Held => ({
    name,
    version: 1,
    min: 0,
    desired: 0,
    max: 10,
    instances: [],
    looks: new Map(),
  });
  const slots: Record<SlotName, Held> = { a: hold('a'), b: hold('b') };
  const memory: FleetInMemory = {
    rules: [undefined],
    errorShare: new Map(),
    brokenVersions: new Set(),
    unhealthyVersions: new Set(),
    onChange: () => undefined,
    killInstances(name) {
      for (const { id } of slots[name].instances) dead.add(id);
    },
    grow(name, desired) {
      slots[name].desired = desired;
      for (let looks = 0; looks < 4; looks++) advance(slots[name]);
    },
    slot: (name) => slots[name],
    alias: () => aliases.at(-1),
    operation: () => operations.at(-1),
    fleet: undefined as unknown as Fleet,
  };
  const dead = new Set<string>();
  const aliases: LiveAlias[] = [];
  const operations: Operation[] = [];

  async function change<T>(call: PortCall, action: () => T): Promise<T> {
    memory.onChange(call, 'before');
    const result = action();
    memory.onChange(call, 'after');
    return result;
  }

  /** What the load balancer does between two looks. */
  function check({ name }: Held, instance: SlotInstance): void {
    instance.unchecked = memory.rules.at(-1)?.[name] === undefined;
    const serves = !dead.has(instance.id) && !memory.unhealthyVersions.has(instance.version ?? 0);
    instance.healthy = !instance.unchecked && serves;
  }

  /** What Auto Scaling does between two looks. */
  function advance(slot: Held): void {
    slot.instances = slot.instances.filter(({ state }) => state !== 'Terminating:Wait');
    const serving = slot.instances.filter(({ state }) => state !== 'Standby');
    for (const instance of serving) {
      const looks = (slot.looks.get(instance.id) ?? 0) + 1;
      slot.looks.set(instance.id, looks);
      if (looks === 2 && !memory.brokenVersions.has(instance.version ?? 0)) instance.state = 'InService';
      else if (instance.state === 'InService') check(slot, instance);
    }
    for (const instance of serving.slice(slot.desired)) {
      instance.state = 'Terminating:Wait';
      instance.healthy = false;
    }
    for (let missing = slot.desired - serving.length; missing > 0; missing--) {
      launched += 1;
      const instance: SlotInstance = {
        id: `i-${String(launched).padStart(4, '0')}`,
        zone: zones[launched % 2] ?? '',
        version: slot.version,
        state: 'Pending',
        healthy: false,
      };
      slot.instances.push(instance);
    }
  }

  function find(id: string): { slot: Held; instance: SlotInstance } {
    for (const slot of Object.values(slots)) {
      const instance = slot.instances.find((one) => one.id === id);
      if (instance) return { slot, instance };
    }
    throw new Error(`no instance ${id}`);
  }

  const slotsPort: Slots = {
    async read(name) {
      advance(slots[name]);
      const { looks: _, ...slot } = slots[name];
      return structuredClone(slot);
    },
    setVersion: (name, version) =>
      change('slots.setVersion', () => {
        slots[name].version = version;
      }),
    resize: (name, { min, desired }) =>
      change('slots.resize', () => {
        if (desired < min || desired > slots[name].max)
          throw new Error(`desired ${desired} is out of bounds`);
        Object.assign(slots[name], { min, desired });
      }),
    end: (id) =>
      change('slots.end', () => {
        const { slot, instance } = find(id);
        if (slot.desired - 1 < slot.min) throw new Error('below the minimum');
        slot.desired -= 1;
        Object.assign(instance, { state: 'Terminating:Wait', healthy: false });
      }),
    setAside: (id) =>
      change('slots.setAside', () => {
        const { slot, instance } = find(id);
        if (slot.desired - 1 < slot.min) throw new Error('below the minimum');
        slot.desired -= 1;
        Object.assign(instance, { state: 'Standby', healthy: false });
      }),
  };

  const versionList: Version[] = versions.map((number) => ({
    number,
    image: `ami-${number}`,
    commit: undefined,
    build: undefined,
    createdAt: '',
    description: '',
    faults: [],
  }));

  /** A thousand requests a minute over the whole fleet, by the weights that the rule has. */
  const signals: SlotSignals = {
    name: 'memory',
    latencyThreshold: async () => 0.1,
    async counts(name, { from, to }): Promise<SlotCounts> {
      const minutes = (to.getTime() - from.getTime()) / 60_000;
      const requests = Math.round(minutes * 10 * (memory.rules.at(-1)?.[name] ?? 0));
      const share = memory.errorShare.get(slots[name].version) ?? 0;
      return { requests, errors: Math.round(requests * share), slow: 0 };
    },
  };

  memory.fleet = {
    name: 'test',
    slots: slotsPort,
    traffic: {
      read: async () => memory.rules.at(-1),
      write: (weights) =>
        change('traffic.write', () => {
          memory.rules.push(weights);
        }),
      remove: () =>
        change('traffic.remove', () => {
          memory.rules.push(undefined);
        }),
    },
    alias: {
      read: async () => aliases.at(-1),
      write: (alias) =>
        change('alias.write', () => {
          aliases.push(alias);
        }),
      history: async (limit) => aliases.toReversed().slice(0, limit),
    },
    operations: {
      read: async () => ({ operation: operations.at(-1), revision: operations.length }),
      write: (operation) => change('operations.write', () => operations.push(operation)),
    },
    versions: {
      list: async () => versionList.toReversed(),
      find: async (number) => versionList.find((version) => version.number === number),
      create: async () => versionList.length,
      remove: (numbers) =>
        change('versions.remove', () => {
          for (const number of numbers)
            versionList.splice(
              versionList.findIndex((version) => version.number === number),
              1,
            );
        }),
    },
    signals,
    clock,
    by: 'tester',
    leastInstances: 2,
  };
  return memory;
}
