import ipaddr from 'ipaddr.js';

/** IPv4 as IPv4, also where a socket for both families writes it as `::ffff:192.0.2.1`. */
export function plainAddress(address: string | undefined): string | undefined {
  return address && ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}

/**
 * The part of an address that stands for one client: an IPv4 address, or the /64 of an IPv6 address, since
 * providers hand out at least a /64 to a customer (RFC 6177) and a client may use any address in it.
 */
export function clientKey(address: string | undefined): string {
  if (!address || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = parsed.toByteArray().fill(0, 8);
  return `${ipaddr.fromByteArray(network).toString()}/64`;
}

/** Whether the address lies in one of the networks, which are in CIDR notation. An address that is none lies in none. */
export function isInNetworks(address: string | undefined, networks: readonly string[]): boolean {
  if (!address || !ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return networks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return base.kind() === parsed.kind() && parsed.match(base, bits);
  });
}
