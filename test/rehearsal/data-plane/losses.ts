import { until } from '../../support/until.ts';
import type { Forwarded, LoadBalancer } from './load-balancer.ts';
import type { LoadRecord } from './load-record.ts';

export interface Losses {
  /** Requests that the dead hosts were working on. */
  inFlight: LoadRecord[];
  /** Requests that the load balancer sent there after that, because its health checks had not noticed yet. */
  beforeNoticed: LoadRecord[];
  /** Everything else that failed. There must be none. */
  unexplained: (LoadRecord & { forwarded: Forwarded | undefined })[];
}

/**
 * Accounts for what failed when hosts died at a moment, request by request, from the load balancer's log. An ALB
 * behaves in the same way: until a target has failed as many checks as its threshold says, it goes on sending it
 * its share of the requests, and answers 502 for a connection that is refused or reset, and 504 after 10 s for
 * one that is not made.
 */
export async function accountFor(
  records: LoadRecord[],
  { forwarded, healthChanges }: Pick<LoadBalancer, 'forwarded' | 'healthChanges'>,
  { hosts, at }: { hosts: string[]; at: number },
): Promise<Losses> {
  const failures = records.filter(({ failure }) => failure !== undefined);
  // The log may be a moment behind the answers.
  await until(() => failures.every(({ id }) => forwarded.has(id)) || undefined);
  const losses: Losses = { inFlight: [], beforeNoticed: [], unexplained: [] };
  for (const record of failures) {
    const target = forwarded.get(record.id)?.target ?? '';
    const noticed = noticedAt(healthChanges, target, at);
    if (!hosts.includes(target) || record.startedAt > noticed)
      losses.unexplained.push({ ...record, forwarded: forwarded.get(record.id) });
    else if (record.startedAt <= at) losses.inFlight.push(record);
    else losses.beforeNoticed.push(record);
  }
  return losses;
}

/** When the load balancer found that a target which died at a moment is not healthy. */
export function noticedAt(changes: LoadBalancer['healthChanges'], target: string, at: number): number {
  return (
    changes.find((change) => change.target === target && !change.healthy && change.at >= at)?.at ?? Infinity
  );
}
