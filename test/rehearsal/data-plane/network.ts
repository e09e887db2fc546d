import { command, ipBatch } from './command.ts';
import { listNamespaces, prefix, removeNamespace } from './namespaces.ts';

export type Zone = 'a' | 'b';
export const zones: readonly Zone[] = ['a', 'b'];

/** A machine with one address. */
export interface Place {
  namespace: string;
  address: string;
}

export interface Network {
  /** Where the stand-ins for AWS listen, in the namespace of the test. */
  readonly outside: string;
  readonly loadBalancer: Place;
  readonly metrics: Place;
  /** Connects a host to its zone. Returns the name of its namespace. */
  addHost(id: string, zone: Zone, address: string): Promise<string>;
  /** Takes a host off the network, with all its processes. */
  removeHost(id: string): Promise<void>;
  /** From now on nothing gets into the zone or out of it: packets are lost without a word. */
  cut(zone: Zone): Promise<void>;
  restore(zone: Zone): Promise<void>;
  remove(): Promise<void>;
}

// Set aside for tests of network devices, so that no other network of the machine has it (RFC 2544, RFC 6890).
const outside = '198.18.0.1';
const wires = `${prefix}net`;
const loadBalancer: Place = { namespace: `${prefix}lb`, address: '198.18.0.10' };
const metrics: Place = { namespace: `${prefix}metrics`, address: '198.18.0.20' };
const root = `${prefix}root`;
const namespaceOf = (id: string) => `${prefix}${id}`;

/** The hardware address that belongs to an IPv4 address, so that nobody has to ask for it (RFC 826). */
const macOf = (address: string) =>
  `02:00:${address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;

/** What an earlier run left behind, also one that was killed. */
async function removeLeftOvers(): Promise<void> {
  for (const namespace of await listNamespaces()) await removeNamespace(namespace);
  await command('ip', 'link', 'delete', root).catch(() => undefined);
}

async function addNamespace(name: string): Promise<void> {
  await command('ip', 'netns', 'add', name);
  await ipBatch(['link set lo up'], name);
}

/** A cable from a bridge of `wires` to an interface `eth0` (or `name`) elsewhere, with an address. */
async function plug(
  bridge: string,
  port: string,
  { to, name, address }: { to: string; name: string; address: string },
) {
  await ipBatch(
    [`link add ${port} type veth peer name ${name} address ${macOf(address)} netns ${to}`],
    wires,
  );
  await ipBatch([`link set ${port} master ${bridge} up`], wires);
  const target = to === '1' ? undefined : to;
  await ipBatch([`address add ${address}/16 dev ${name}`, `link set ${name} up`], target);
}

/**
 * Three switches in a namespace of their own: the core with the load balancer, Prometheus and the test, and one
 * for each zone, which hangs on the core by a single cable.
 */
export async function createNetwork(): Promise<Network> {
  await removeLeftOvers();
  await addNamespace(wires);
  await ipBatch(
    [
      'link add core type bridge',
      'link set core up',
      ...zones.flatMap((zone) => [
        `link add zone-${zone} type bridge`,
        `link set zone-${zone} up`,
        `link add up-${zone} type veth peer name down-${zone}`,
        `link set up-${zone} master zone-${zone} up`,
        `link set down-${zone} master core up`,
      ]),
    ],
    wires,
  );
  for (const { namespace, address } of [loadBalancer, metrics]) {
    await addNamespace(namespace);
    await plug('core', namespace.slice(prefix.length), { to: namespace, name: 'eth0', address });
  }
  await plug('core', 'root', { to: '1', name: root, address: outside });

  /**
   * In a VPC a host that is gone is silence, not "host unreachable": so nobody asks the wire for hardware
   * addresses.
   */
  const introduce = async (id: string, address: string) => {
    const entry = (to: string, dev: string) =>
      `neighbour replace ${to} lladdr ${macOf(to)} nud permanent dev ${dev}`;
    for (const { namespace } of [loadBalancer, metrics]) await ipBatch([entry(address, 'eth0')], namespace);
    await ipBatch([entry(address, root)]);
    const others = [loadBalancer.address, metrics.address, outside];
    await ipBatch(
      others.map((other) => entry(other, 'eth0')),
      namespaceOf(id),
    );
  };

  return {
    outside,
    loadBalancer,
    metrics,
    async addHost(id, zone, address) {
      const namespace = namespaceOf(id);
      await addNamespace(namespace);
      await plug(`zone-${zone}`, id, { to: namespace, name: 'eth0', address });
      await introduce(id, address);
      return namespace;
    },
    removeHost: (id) => removeNamespace(namespaceOf(id)),
    cut: (zone) => ipBatch([`link set up-${zone} down`], wires),
    restore: (zone) => ipBatch([`link set up-${zone} up`], wires),
    remove: removeLeftOvers,
  };
}
