import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lifecycle } from './health/lifecycle.ts';

interface DrainOptions {
  lifecycle: Lifecycle;
  /** How long the listener stays open after `/health` began to fail. */
  delayMs: number;
  /** How long the whole drain may take. */
  limitMs: number;
}

/**
 * Lets a server finish: from now on `/health` fails and answers say `Connection: close`, so that the load
 * balancer and its kept connections go elsewhere; then the listener closes; then requests under way finish.
 * Resolves with false if the time was up before they had.
 */
export async function drain(server: Server, { lifecycle, delayMs, limitMs }: DrainOptions): Promise<boolean> {
  lifecycle.draining = true;
  await delay(delayMs);
  const closed = new Promise<true>((resolve) => server.close(() => resolve(true)));
  // Idle connections have had the delay to ask once more and be told to close.
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const timer = new AbortController();
  const late = delay(limitMs - delayMs, false as const, { signal: timer.signal }).catch(() => true);
  const finished = await Promise.race([closed, late]);
  timer.abort();
  clearInterval(idle);
  if (!finished) server.closeAllConnections();
  return finished;
}
