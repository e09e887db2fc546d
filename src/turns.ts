import { once } from 'node:events';

export interface Turns {
  /** Runs the work when its turn comes, first come, first served. Rejects with the signal's reason while it waits. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

interface TurnRules {
  /** How many may be under way together. */
  atOnce: number;
  /** Milliseconds from one start to the next, at least. Default: none. */
  apart?: number;
}

/**
 * Lets work wait for its turn. A counter that only refuses (as rate limiters do) would leave the waiting, and the
 * order, to the callers; this also knows how many are under way.
 */
export function createTurns({ atOnce, apart = 0 }: TurnRules): Turns {
  const waiting = new Set<() => void>();
  let underWay = 0;
  let isApart = true;

  function startNext(): void {
    const [next] = waiting;
    if (!next || underWay >= atOnce || !isApart) return;
    waiting.delete(next);
    underWay += 1;
    if (apart > 0) {
      isApart = false;
      setTimeout(() => {
        isApart = true;
        startNext();
      }, apart).unref();
    }
    next();
    startNext();
  }

  async function wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<void>();
    const listening = new AbortController();
    const aborted = once(signal, 'abort', { signal: listening.signal }).then(() => {
      // Its turn may have come just before.
      if (waiting.delete(resolve)) throw signal.reason;
    });
    aborted.catch(() => {});
    waiting.add(resolve);
    startNext();
    try {
      await Promise.race([promise, aborted]);
    } finally {
      listening.abort();
    }
  }

  return {
    async run(signal, work) {
      await wait(signal);
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        underWay -= 1;
        startNext();
      }
    },
  };
}
