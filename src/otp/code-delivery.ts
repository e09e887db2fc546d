import type { Metrics } from '../metrics/metrics.ts';
import { createUnderWay } from '../under-way.ts';
import type { CodeMessage, CodeSender } from './code-sender.ts';

/** A message, and when (milliseconds since 1970) sending it is no longer worth while. */
export type DueMessage = CodeMessage & { expiresAt: number };

export interface CodeDelivery {
  /** Sends in the background, and tries again while that is of use. Never throws, and tells the caller nothing. */
  deliver(sender: CodeSender, message: DueMessage): void;
  /** Waits for what is under way. What failed is tried once more at once, for the last time. */
  flush(): Promise<void>;
}

interface CodeDeliveryDeps {
  metrics: Pick<Metrics, 'code'>;
  clock: () => Date;
  /** From 0 to 1. */
  random: () => number;
  /** Resolves after the time, or as soon as the signal aborts. */
  pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  log: { warn(details: object, message: string): void };
}

/**
 * Milliseconds between the answer and the first try, drawn from this range. What a sender does takes time from
 * whatever this process does then: right after the answer it could be measured, in the answer itself or the next one.
 */
const earliestMs = 50;
const latestMs = 200;

const firstDelayMs = 1000;
const mostTries = 5;
/** Bounds the memory while a channel is slow. What is above it is not sent: whoever waits for it asks again. */
const mostAtOnce = 1000;

/**
 * Takes codes to their senders. A code is nowhere but in the memory of this process, so a process that dies takes
 * those under way with it. Neither an address nor a code is logged, nor the message of an error, which may have
 * either in it.
 */
export function createCodeDelivery(deps: CodeDeliveryDeps): CodeDelivery {
  const { metrics, clock, random, pause, log } = deps;
  const underWay = createUnderWay();
  const leaving = new AbortController();

  /** A second doubled each time, half of it random, so that a channel that comes back is not met by all at once. */
  const backoffMs = (tries: number) => firstDelayMs * 2 ** (tries - 1) * (0.5 + random() / 2);

  async function send(sender: CodeSender, { expiresAt, ...message }: DueMessage): Promise<void> {
    const { channel } = sender;
    for (let tries = 1; ; tries++) {
      const isLast = leaving.signal.aborted || tries === mostTries;
      try {
        return metrics.code(channel, await sender.send(message));
      } catch (error) {
        const waitMs = backoffMs(tries);
        const givesUp = isLast || clock().getTime() + waitMs >= expiresAt;
        log.warn({ channel, tries, gaveUp: givesUp, ...namesOf(error) }, 'a code could not be sent');
        if (givesUp) return metrics.code(channel, 'failed');
        await pause(waitMs, leaving.signal);
      }
    }
  }

  return {
    deliver(sender, message) {
      if (underWay.count() >= mostAtOnce) {
        log.warn(
          { channel: sender.channel, gaveUp: true },
          'a code could not be sent: too many are under way',
        );
        return metrics.code(sender.channel, 'failed');
      }
      const waitMs = earliestMs + (latestMs - earliestMs) * random();
      void underWay.add(pause(waitMs, leaving.signal).then(() => send(sender, message)));
    },
    async flush() {
      leaving.abort();
      await underWay.settled();
    },
  };
}

/** What kind of error it is and, of ours, which problem: both are names that the code gives. */
function namesOf(error: unknown): { error: string; code?: string } {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { error: error.name, ...(code !== undefined && { code }) };
}
