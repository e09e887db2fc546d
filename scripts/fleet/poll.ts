import type { Fleet } from './fleet.ts';
import { FleetError } from './fleet-error.ts';
import type { StepContext } from './plan.ts';

interface PollOptions {
  /** Longest wait, in milliseconds. */
  patienceMs: number;
  /** Said when the patience is over. */
  failure: string;
  advice: string;
}

const intervalMs = 5000;

/**
 * Asks every five seconds until `look` says that it is done, and keeps the lock alive meanwhile. `look` returns
 * true, or how far things are. Throws a FleetError when it takes too long.
 */
export async function pollUntil(
  { clock }: Pick<Fleet, 'clock'>,
  { claim, signal, progress }: StepContext,
  look: () => Promise<true | string>,
  { patienceMs, failure, advice }: PollOptions,
): Promise<void> {
  const deadline = clock.now().getTime() + patienceMs;
  for (;;) {
    const answer = await look();
    if (answer === true) return;
    progress(answer);
    if (clock.now().getTime() >= deadline) throw new FleetError(`${failure}: ${answer}.`, { advice });
    await clock.sleep(intervalMs, signal);
    await claim.beat();
  }
}
