import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lifecycle } from './health/lifecycle.ts';
import { within } from './within.ts';

/** How long a connection that was accepted at the last moment may take to bring the start of its request. */
const firstRequestMs = 1000;

interface DrainOptions {
  lifecycle: Lifecycle;
  /** How long the listener stays open after `/health` began to fail. */
  delayMs: number;
  /** How long the whole drain may take. */
  limitMs: number;
}

/**
 * Prepares to let a server finish. Call it before the server listens. What it returns starts the drain: from
 * then on `/health` fails and answers say `Connection: close`, so that the load balancer and its kept
 * connections go elsewhere; then the listener closes; then requests under way finish. It resolves with false
 * if the time was up before they had.
 */
export function createDrain(
  server: Server,
  { lifecycle, delayMs, limitMs }: DrainOptions,
): () => Promise<boolean> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  /** Browsers open connections ahead of need. To Node these are not idle, but wait for their first request. */
  function closeSilent(): void {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  }

  return async () => {
    lifecycle.draining = true;
    await delay(delayMs);
    const closed = new Promise((resolve) => server.close(resolve));
    // Idle connections have had the delay to ask once more and be told to close.
    server.closeIdleConnections();
    const idle = setInterval(() => server.closeIdleConnections(), 100);
    const silent = setTimeout(closeSilent, firstRequestMs);
    const finished = await within(closed, limitMs - delayMs);
    clearInterval(idle);
    clearTimeout(silent);
    if (!finished) server.closeAllConnections();
    return finished;
  };
}
