import path from 'node:path';
import type { Slot, SlotInstance, SlotName, Slots } from '../../../scripts/fleet/slots.ts';
import type { Target } from './haproxy-config.ts';
import { type Host, startHost } from './host.ts';
import type { LoadBalancer } from './load-balancer.ts';
import { type Network, type Zone, zones } from './network.ts';

/** What a launch template version says. */
export interface Launch {
  bundle: string;
  env: Record<string, string>;
}

export interface HostInfo {
  slot: SlotName;
  version: number;
  host: Host;
}

export interface NetnsSlots extends Slots {
  hosts(): HostInfo[];
  /** What an Auto Scaling group does when an instance is dead: ends it and starts another. */
  replace(id: string): Promise<void>;
  /** Waits until nothing starts or stops any more. Rejects with the first start or stop that failed. */
  settled(): Promise<void>;
}

interface NetnsSlotsDeps {
  network: Network;
  balancer: LoadBalancer;
  /** What a version consists of. */
  launch(version: number): Launch;
  /** Called whenever a host has come or gone. */
  changed(hosts: HostInfo[]): Promise<void>;
  folder: string;
}

interface Member extends HostInfo {
  state: SlotInstance['state'];
}

interface Group {
  version: number;
  min: number;
  desired: number;
  members: Member[];
  launched: number;
}

const max = 8;
/** Launches that a slot can have in one rehearsal: every host is a new one with a name and an address of its own. */
const launches = 24;
const offset: Record<SlotName, number> = { a: 11, b: 101 };
const newGroup = (): Group => ({ version: 1, min: 0, desired: 0, members: [], launched: 0 });

/** The place of the nth launch of a slot. Zones take turns, beginning with another one in each slot. */
function placeOf(slot: SlotName, n: number): Target & { zone: Zone } {
  const zone = zones[(n + (slot === 'a' ? 0 : 1)) % zones.length] ?? 'a';
  const address = `198.18.${zone === 'a' ? 1 : 2}.${offset[slot] + n}`;
  return { slot, id: `${slot}${n + 1}`, zone, address };
}

/** Every target that a rehearsal can have, for HAProxy's configuration. */
export const possibleTargets: readonly Target[] = (['a', 'b'] as const).flatMap((slot) =>
  Array.from({ length: launches }, (_, n) => placeOf(slot, n)),
);

/** Slots whose instances are network namespaces: an Auto Scaling group over two zones with both hooks. */
export function createNetnsSlots({ network, balancer, launch, changed, folder }: NetnsSlotsDeps): NetnsSlots {
  const groups: Record<SlotName, Group> = { a: newGroup(), b: newGroup() };
  const work = new Set<Promise<void>>();
  const failures: unknown[] = [];

  function inBackground(job: Promise<void>): void {
    const watched: Promise<void> = job
      .catch((error: unknown) => void failures.push(error))
      .finally(() => work.delete(watched));
    work.add(watched);
  }

  const hosts = () => [...groups.a.members, ...groups.b.members];

  async function start(name: SlotName): Promise<void> {
    const group = groups[name];
    const { version } = group;
    const { id, zone, address } = placeOf(name, group.launched++);
    const { bundle, env } = launch(version);
    const options = { id, zone, address, bundle, env, folder: path.join(folder, id) };
    const member: Member = { slot: name, version, state: 'Pending', host: undefined as never };
    member.host = { id, zone, address } as Host;
    group.members.push(member);
    member.host = await startHost(network, options);
    member.state = 'Pending:Wait';
    await member.host.untilHealthy();
    // The launch hook is completed: now the group registers it.
    await balancer.register(name, id);
    member.state = 'InService';
    await changed(hosts());
  }

  /** The group deregisters it, and what watches its lifecycle state stops the service. */
  async function end(member: Member, how: 'stop' | 'kill'): Promise<void> {
    const { slot, host } = member;
    member.state = 'Terminating:Wait';
    await balancer.deregister(slot, host.id);
    await host[how]();
    await balancer.forget(slot, host.id);
    member.state = 'Terminated';
    await network.removeHost(host.id);
    groups[slot].members = groups[slot].members.filter((other) => other !== member);
    await changed(hosts());
  }

  function memberOf(id: string): Member {
    const member = [...groups.a.members, ...groups.b.members].find(({ host }) => host.id === id);
    if (!member) throw new Error(`There is no host ${id}.`);
    return member;
  }

  const isStaying = ({ state }: Member) => !state.startsWith('Terminat');

  return {
    hosts,
    async read(name): Promise<Slot> {
      if (failures.length > 0) throw new AggregateError(failures, String(failures[0]));
      const { version, min, desired, members } = groups[name];
      const [healthy, rule] = await Promise.all([balancer.healthyTargets(name), balancer.rule()]);
      const unchecked = rule?.[name] === undefined;
      const instances = members.map(({ host: { id, zone }, version, state }) => ({
        id,
        zone,
        version,
        state,
        healthy: healthy.has(id),
        unchecked,
      }));
      return { name, version, min, desired, max, instances };
    },
    async setVersion(name, version) {
      groups[name].version = version;
    },
    async resize(name, { min, desired }) {
      const group = groups[name];
      group.min = min;
      group.desired = desired;
      const staying = group.members.filter(isStaying);
      // The oldest go first, as with the default termination policy within a zone.
      for (const member of staying.slice(0, Math.max(0, staying.length - desired))) {
        inBackground(end(member, 'stop'));
      }
      for (let missing = desired - staying.length; missing > 0; missing--) inBackground(start(name));
    },
    async end(id) {
      const member = memberOf(id);
      const group = groups[member.slot];
      group.desired--;
      group.min = Math.min(group.min, group.desired);
      inBackground(end(member, 'stop'));
    },
    async setAside() {
      throw new Error('No host is set aside in this rehearsal.');
    },
    async replace(id) {
      const member = memberOf(id);
      await end(member, 'kill');
      await start(member.slot);
    },
    async settled() {
      while (work.size > 0) await Promise.all(work);
      if (failures.length > 0) throw new AggregateError(failures, String(failures[0]));
    },
  };
}
