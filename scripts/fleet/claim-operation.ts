import type { Clock } from './clock.ts';
import { FleetError } from './fleet-error.ts';
import type { Operation, OperationStore } from './operation.ts';

/** The right to change the fleet, held by one command at a time. */
export interface Claim {
  /** Notes which step runs. Throws a FleetError if another command has taken over. */
  step(title: string): Promise<void>;
  /** Shows that the command still lives; writes at most every 30 seconds. Throws like `step`. May overlap with others. */
  beat(): Promise<void>;
  /** Gives the right back, and leaves how it ended. */
  end(state: Exclude<Operation['state'], 'running'>, reason?: string): Promise<void>;
}

interface ClaimDeps {
  operations: OperationStore;
  clock: Clock;
  by: string;
}

interface ClaimOptions {
  subject: string;
  /** Go ahead whatever another command left or still does. */
  takeOver: boolean;
}

const beatMs = 30_000;
/** A command that has not shown any life for this long is taken for dead. */
const deadMs = 90_000;

export function isAlive({ state, beatAt }: Operation, now: Date): boolean {
  return state === 'running' && now.getTime() - Date.parse(beatAt) < deadMs;
}

/**
 * Whether an earlier command stopped half-way without having come to an end of its own. One that failed has
 * told its user, and left a state that every command can start from.
 */
export function isHalfFinished(operation: Operation): boolean {
  return operation.state === 'running' || operation.state === 'interrupted';
}

/** Whether this is what an earlier command was doing when it stopped half-way. */
export async function isContinued(
  { operations }: Pick<ClaimDeps, 'operations'>,
  subject: string,
): Promise<boolean> {
  const { operation } = await operations.read();
  return operation !== undefined && isHalfFinished(operation) && operation.command === subject;
}

function refuseIfTaken(earlier: Operation | undefined, { subject }: ClaimOptions, now: Date): void {
  if (earlier === undefined || !isHalfFinished(earlier)) return;
  const { command, by, step, beatAt } = earlier;
  if (isAlive(earlier, now)) {
    throw new FleetError(`\`${command}\` of ${by} is running (step: ${step}; last sign of life ${beatAt}).`, {
      advice: 'Wait for it, or take over with --take-over. `fleet rollback` always takes over.',
    });
  }
  if (command === subject) return;
  throw new FleetError(`\`${command}\` of ${by} stopped half-way (step: ${step}).`, {
    advice: `Continue with \`fleet ${command}\`, undo with \`fleet rollback\`, or leave it as it is with --take-over.`,
  });
}

/**
 * Takes the right to change the fleet. Throws a FleetError if another command has it, or stopped half-way, and
 * this one does not continue it.
 */
export async function claimOperation(deps: ClaimDeps, options: ClaimOptions): Promise<Claim> {
  const { operations, clock, by } = deps;
  const { subject: command, takeOver } = options;
  const found = await operations.read();
  if (!takeOver) refuseIfTaken(found.operation, options, clock.now());

  const startedAt = clock.now().toISOString();
  let { revision } = found;
  let step = 'start';
  let beatenAt = 0;
  let lost = false;
  let last = Promise.resolve();

  /** Reads first, so that whoever has lost the right does not disturb the journal of who has it now. */
  async function write(state: Operation['state'], reason?: string): Promise<void> {
    if (lost || (await operations.read()).revision !== revision) throw takenOver();
    const now = clock.now();
    const beatAt = now.toISOString();
    const written = await operations.write({ state, command, step, by, startedAt, beatAt, reason });
    // Two wrote at the same moment: neither goes on, because neither knows whose record stands.
    if (written !== revision + 1) throw takenOver();
    revision = written;
    beatenAt = now.getTime();
  }

  function takenOver(): FleetError {
    lost = true;
    return new FleetError(`Another command took over while \`${command}\` was at: ${step}.`, {
      advice: 'See what it does with `fleet status`.',
    });
  }

  /** One write after another: two of our own at once would look like somebody else's. */
  function enqueue(...args: Parameters<typeof write>): Promise<void> {
    last = last.catch(() => undefined).then(() => write(...args));
    return last;
  }

  await write('running');
  return {
    async step(title) {
      step = title;
      await enqueue('running');
    },
    async beat() {
      const now = clock.now().getTime();
      if (now - beatenAt < beatMs) return;
      beatenAt = now;
      await enqueue('running');
    },
    end: (state, reason) => enqueue(state, reason),
  };
}
