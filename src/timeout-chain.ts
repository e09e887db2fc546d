interface Timeouts {
  INLET_LB_IDLE_SECONDS: number;
  INLET_KEEP_ALIVE_SECONDS: number;
  INLET_HEADERS_SECONDS: number;
  INLET_DRAIN_DELAY_SECONDS: number;
  INLET_DRAIN_SECONDS: number;
  INLET_KILL_SECONDS: number;
  INLET_STOP_SECONDS: number;
  INLET_TERMINATION_HOOK_SECONDS: number;
  INLET_DEREGISTRATION_SECONDS: number;
}

const chain: [keyof Timeouts, '<' | '<=', keyof Timeouts, string][] = [
  [
    'INLET_LB_IDLE_SECONDS',
    '<',
    'INLET_KEEP_ALIVE_SECONDS',
    'or the load balancer reuses a closed connection: 502',
  ],
  [
    'INLET_KEEP_ALIVE_SECONDS',
    '<',
    'INLET_HEADERS_SECONDS',
    'or Node ends connections that it promised to keep',
  ],
  [
    'INLET_DRAIN_DELAY_SECONDS',
    '<',
    'INLET_DRAIN_SECONDS',
    'or nothing is left of the drain for requests under way',
  ],
  ['INLET_DRAIN_SECONDS', '<=', 'INLET_KILL_SECONDS', 'or PM2 kills a worker that still drains'],
  ['INLET_KILL_SECONDS', '<', 'INLET_STOP_SECONDS', 'or systemd kills PM2 before it has stopped its workers'],
  [
    'INLET_STOP_SECONDS',
    '<=',
    'INLET_TERMINATION_HOOK_SECONDS',
    'or the instance ends while the service stops',
  ],
  [
    'INLET_TERMINATION_HOOK_SECONDS',
    '<=',
    'INLET_DEREGISTRATION_SECONDS',
    'or the load balancer gives up on requests that are still served',
  ],
];

/**
 * Each timeout must leave room for the one inside it. Says what is out of order, one sentence each.
 * Source: "Target group attributes" and "Connection idle timeout" in the guide to Application Load
 * Balancers, and Node's documentation of `server.keepAliveTimeout` and `server.headersTimeout`.
 */
export function timeoutChainMistakes(timeouts: Timeouts): string[] {
  return chain
    .filter(
      ([a, relation, b]) => !(relation === '<' ? timeouts[a] < timeouts[b] : timeouts[a] <= timeouts[b]),
    )
    .map(([a, relation, b, reason]) => {
      const words = relation === '<' ? 'must be less than' : 'must not be more than';
      return `${a} (${timeouts[a]}) ${words} ${b} (${timeouts[b]}), ${reason}`;
    });
}
