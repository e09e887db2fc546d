import { setTimeout as delay } from 'node:timers/promises';

/** Whether the work is done within so many milliseconds. It goes on if it is not. Rejects if the work does. */
export async function within(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(milliseconds, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timer.abort();
  }
}
