import { isAlive, isHalfFinished } from '../claim-operation.ts';
import type { Fleet } from '../fleet.ts';
import type { LiveAlias } from '../live-alias.ts';
import type { Operation } from '../operation.ts';
import { healthyInstances, type Slot, slotNames, startedInstances } from '../slots.ts';
import type { StackState } from '../stack.ts';
import { sameShares, type Weights } from '../traffic.ts';

export interface FleetStatus {
  fleet: string;
  stack: StackState['status'];
  live: LiveAlias | undefined;
  weights: Weights | undefined;
  slots: Slot[];
  operation: Operation | undefined;
  /** What is not as it should be, and what to do about it. */
  problems: string[];
}

/** Everything that is known of the fleet, and what is not as it should be. */
export async function readStatus(fleet: Fleet, stack: StackState): Promise<FleetStatus> {
  const [live, weights, { operation }, ...slots] = await Promise.all([
    fleet.alias.read(),
    fleet.traffic.read(),
    fleet.operations.read(),
    ...slotNames.map((name) => fleet.slots.read(name)),
  ]);
  const status = { fleet: fleet.name, stack: stack.status, live, weights, slots, operation };
  return { ...status, problems: problemsOf(status, fleet.clock.now()) };
}

function problemsOf(status: Omit<FleetStatus, 'problems'>, now: Date): string[] {
  const { live, weights, slots, operation } = status;
  const problems: string[] = [];
  if (operation && isHalfFinished(operation) && !isAlive(operation, now)) {
    problems.push(
      `\`${operation.command}\` of ${operation.by} stopped at: ${operation.step}. Continue with \`fleet ${operation.command}\`, undo with \`fleet rollback\`.`,
    );
  }
  if (!sameShares(live?.weights, weights)) {
    problems.push(
      'The listener rule is not as the alias says: a command stopped between the two. Continue it, or `fleet rollback`.',
    );
  }
  for (const slot of slots) {
    const weight = weights?.[slot.name];
    if (weight !== undefined && healthyInstances(slot).length === 0) {
      problems.push(
        weight > 0
          ? `Slot ${slot.name} gets ${weight} % and has no healthy instance: those visitors get 503. Act now: \`fleet rollback\`.`
          : // Of a rule with an empty target group Route 53 may think that the whole load balancer is down.
            `Slot ${slot.name} is kept warm at 0 % but has no healthy instance: a rollback to it would wait. Take it out of the rule: \`fleet gc\`.`,
      );
    }
    const strangers = slot.instances.filter(
      ({ version }) => version !== undefined && version !== slot.version,
    );
    if (weight && strangers.length > 0) {
      problems.push(
        `Slot ${slot.name} runs v${slot.version}, but ${strangers.length} of its instances do not.`,
      );
    }
  }
  return problems;
}

/** The status as people read it. */
export function describeStatus(status: FleetStatus, now: Date): string {
  const { fleet, stack, live, slots, operation, problems } = status;
  const head = live
    ? `${fleet}: v${live.version} is live${live.canary ? `, v${live.canary.version} is a canary` : ''}, since ${live.at} (${live.why}; ${live.by})`
    : `${fleet}: nothing is live`;
  const running =
    operation && isAlive(operation, now)
      ? [`running: ${operation.command} of ${operation.by}, at: ${operation.step}`]
      : [];
  return [
    head,
    `stack: ${stack}`,
    ...running,
    '',
    ...slots.flatMap((slot) => describeSlot(slot, status)),
    ...problems.map((problem) => `! ${problem}`),
  ]
    .join('\n')
    .trimEnd();
}

function describeSlot(slot: Slot, { weights, live }: FleetStatus): string[] {
  const weight = weights?.[slot.name] ?? 0;
  const bar = '█'.repeat(Math.round(weight / 5)).padEnd(20, '·');
  const role =
    live?.slot === slot.name
      ? 'live'
      : live?.canary?.slot === slot.name
        ? 'canary'
        : live?.previous?.slot === slot.name && slot.desired > 0
          ? 'warm'
          : '';
  const isChecked = weights?.[slot.name] !== undefined;
  const good = isChecked
    ? `${healthyInstances(slot).length} of ${slot.desired} healthy`
    : `${startedInstances(slot).length} of ${slot.desired} up`;
  return [
    `slot ${slot.name}  ${bar} ${String(weight).padStart(3)} %  v${slot.version}  ${good} (${slot.min}–${slot.max})  ${role}`.trimEnd(),
    ...slot.instances.map(
      ({ id, zone, version, state, healthy, unchecked }) =>
        `  ${id}  ${zone}  v${version ?? '?'}  ${state}${healthy ? ', healthy' : unchecked ? ', not checked' : ', not healthy'}`,
    ),
    '',
  ];
}
