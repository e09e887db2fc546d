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

/** Often while a person waits for something quick, then less: an account may call AWS only so often. */
const intervalMs = (waitedMs: number) => (waitedMs < 120_000 ? 5000 : 15_000);

/**
 * Asks every five seconds, after two minutes every fifteen, until `look` says that it is done, and keeps the lock alive meanwhile. `look` returns
 * true, or how far things are. Throws a FleetError when it takes too long.
 */
export async function pollUntil(
  { clock }: Pick<Fleet, 'clock'>,
  { claim, signal, progress }: StepContext,
  look: () => Promise<true | string>,
  { patienceMs, failure, advice }: PollOptions,
): Promise<void> {
  const started = clock.now().getTime();
  for (;;) {
    const answer = await look();
    if (answer === true) return;
    progress(answer);
    const waited = clock.now().getTime() - started;
    if (waited >= patienceMs) throw new FleetError(`${failure}: ${answer}.`, { advice });
    await clock.sleep(intervalMs(waited), signal);
    await claim.beat();
  }
}
