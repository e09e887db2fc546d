import { setTimeout as delay } from 'node:timers/promises';

/**
 * The first answer that is not undefined, for things that nobody is told of. Rejects after a time that only
 * a broken program takes.
 */
export async function until<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  patienceMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`Nothing within ${patienceMs} ms from: ${ask}`);
    await delay(20);
  }
}
