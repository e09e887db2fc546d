import { AppError } from '../../app-error.ts';

export interface ByteBudget {
  /**
   * Resolves once `bytes` are free, with the function that gives them back. Those who wait are served in the
   * order in which they came. Rejects with `busy` after the longest wait, or with the signal's reason.
   */
  reserve(bytes: number, signal: AbortSignal): Promise<() => void>;
}

interface Waiter {
  bytes: number;
  admit(): void;
}

/**
 * Shares out the memory that uploads may hold, `capacity` in bytes. A reservation larger than that could never
 * be met, which is a programming error. `longestWait` is in milliseconds.
 */
export function createByteBudget(capacity: number, longestWait: number): ByteBudget {
  let free = capacity;
  const waiting = new Set<Waiter>();

  /** Admits from the head only, so that small requests cannot starve a large one. */
  function admitWaiting(): void {
    for (const waiter of waiting) {
      if (waiter.bytes > free) return;
      waiting.delete(waiter);
      waiter.admit();
    }
  }

  function take(bytes: number): () => void {
    free -= bytes;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      free += bytes;
      admitWaiting();
    };
  }

  return {
    async reserve(bytes, signal) {
      if (bytes > capacity) throw new RangeError(`${bytes} bytes of a budget of ${capacity}`);
      signal.throwIfAborted();
      if (waiting.size === 0 && bytes <= free) return take(bytes);
      return new Promise((resolve, reject) => {
        const leave = (reason: unknown) => {
          settle();
          waiting.delete(waiter);
          reject(reason);
          admitWaiting();
        };
        const onAbort = () => leave(signal.reason);
        const timer = setTimeout(() => leave(new AppError('busy')), longestWait);
        const settle = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
        };
        const waiter: Waiter = {
          bytes,
          admit() {
            settle();
            resolve(take(bytes));
          },
        };
        waiting.add(waiter);
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
