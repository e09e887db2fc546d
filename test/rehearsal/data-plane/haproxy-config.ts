import type { SlotName } from '../../../scripts/fleet/slots.ts';
import { ports } from './host.ts';
import { modulus, nobody } from './rule-code.ts';

export interface Target {
  slot: SlotName;
  id: string;
  address: string;
}

interface HaproxyOptions {
  listen: string;
  /** The file of the map that holds the listener rule, see `rule-code.ts`. */
  rule: string;
  socket: string;
  /** The socket between the two halves. */
  inside: string;
  /** The idle timeout of the load balancer, in seconds. */
  idleSeconds: number;
  targets: Target[];
}

/**
 * HAProxy in the part of an Application Load Balancer.
 *
 * - Weights: every request draws a number from 0 to 99. Which target group it goes to depends on one entry of a
 *   map, which the admin socket replaces in one call; connections stay as they are, and so do requests under way.
 *   Within a target group the
 *   healthy targets take turns, as with the ALB's algorithm `round_robin`. A group without a healthy target
 *   answers 503, and so does a listener without a rule.
 * - Nothing is ever tried twice. The ALB's guide promises no second try of anything: it answers 502 when a
 *   target closes or resets a connection, and 504 when one cannot be connected to within 10 s or answers
 *   nothing for the idle timeout. (HAProxy says 503 where the ALB says 502 or 504 for a connection that is not
 *   made.) When a kept connection to a target breaks under a request that is not the first one of its client's
 *   connection, HAProxy leaves it to the client to try again: it closes the client's connection, and logs nothing.
 *   So it has two halves. Visitors keep their connections to the first, which makes a new one to the second for
 *   each request: there every request is the first, gets its 502, and has its line in the log.
 * - Connections to targets are kept for the idle timeout and shared among all clients, also for the first
 *   request of a client (`http-reuse always`): the ALB multiplexes in the same way, and it is the setting under
 *   which a target that closes kept connections too early does the most harm.
 * - Health checks every 5 s, 2 s for an answer, two failures to take a target out and two answers to take it in
 *   again: the shortest interval and the lowest thresholds that an ALB allows.
 * - A target that fails its checks gets no new requests, but those under way go on, as on an ALB.
 * - One thread, so that all connections are in one pool.
 *
 * Sources: "Troubleshoot your Application Load Balancers", "Health checks for Application Load Balancer target
 * groups" and "Edit attributes" in the guide to Application Load Balancers; HAProxy's configuration manual.
 */
export function haproxyConfig({
  listen,
  rule,
  socket,
  inside,
  idleSeconds,
  targets,
}: HaproxyOptions): string {
  const group = (slot: SlotName) => [
    `backend slot-${slot}`,
    '  balance roundrobin',
    '  option httpchk GET /health',
    '  http-check expect status 200',
    `  default-server check disabled inter 5s fall 2 rise 2 pool-max-conn -1 pool-purge-delay ${idleSeconds}s`,
    ...targets
      .filter((target) => target.slot === slot)
      .map(({ id, address }) => `  server ${id} ${address}:${ports.app}`),
  ];
  return [
    'global',
    '  nbthread 1',
    '  log stdout format raw local0 info',
    `  stats socket ${socket} mode 600 level admin`,
    '  spread-checks 10',
    'defaults',
    '  mode http',
    '  log global',
    // What happened to each request, by the id that its client gave it.
    '  log-format "request %[capture.req.hdr(0)] %s %ST %tsc"',
    '  option http-keep-alive',
    '  http-reuse always',
    '  retries 0',
    '  timeout connect 10s',
    '  timeout check 2s',
    `  timeout client ${idleSeconds}s`,
    `  timeout server ${idleSeconds}s`,
    `  timeout http-keep-alive ${idleSeconds}s`,
    `  timeout http-request ${idleSeconds}s`,
    'frontend visitors',
    `  bind ${listen}`,
    '  no log',
    '  option forwardfor',
    '  default_backend inside',
    'backend inside',
    `  timeout server ${idleSeconds + 10}s`,
    '  option http-server-close',
    `  server inside unix@${inside}`,
    'frontend requests',
    `  bind unix@${inside}`,
    '  http-request capture req.hdr(X-Request-Id) len 64',
    `  http-request set-var(txn.rule) str(rule),map_str_int(${rule},${nobody})`,
    `  http-request return status 503 content-type application/problem+json string "{\\"title\\":\\"No release is live yet\\"}" if { var(txn.rule) -m int ge ${nobody} }`,
    `  http-request set-var(txn.share_b) var(txn.rule),mod(${modulus})`,
    '  http-request set-var(txn.left_for_a) rand(100),sub(txn.share_b)',
    '  http-response set-header X-Rehearsal-Host %s',
    '  use_backend slot-b if { var(txn.left_for_a) -m int lt 0 }',
    '  default_backend slot-a',
    ...group('a'),
    ...group('b'),
    '',
  ].join('\n');
}
