import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import type { Logger } from 'pino';
import type { MetricsJson } from './merge-metrics.ts';
import { decodeMessage, greeting } from './metric-protocol.ts';
import type { EmitMetrics } from './registry.ts';

interface ReceiverDeps {
  socketPath: string;
  apply: EmitMetrics;
  log: Logger;
}

export interface MetricReceiver {
  listen(): Promise<void>;
  /** What each connected worker last told about itself, the newest connection first. */
  processes(): MetricsJson[];
  /**
   * Stops accepting, asks every worker to stop writing, and reads each connection to its end. A worker
   * that has not ended its side after `patienceMs` is cut off; it keeps what it has not yet sent.
   */
  close(patienceMs?: number): Promise<void>;
}

/**
 * The collector's side of the socket. What any worker sends is applied to one registry, so the counts of a
 * worker that dies simply stay. The kernel holds what a killed worker had written, and it is read here to
 * the end before the connection is let go.
 */
export function createMetricReceiver({ socketPath, apply, log }: ReceiverDeps): MetricReceiver {
  const workers = new Map<net.Socket, MetricsJson>();
  let closing = false;

  function take(line: string, socket: net.Socket): void {
    if (line === '') return;
    try {
      const message = decodeMessage(line);
      if ('events' in message) apply(...message.events);
      else workers.set(socket, message.process);
    } catch (error) {
      // Also how a worker of another release shows that sends metrics this one does not know.
      log.warn({ err: error }, 'a line of metrics could not be used');
    }
  }

  function accept(socket: net.Socket): void {
    let rest = '';
    workers.set(socket, []);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line, socket);
    });
    // What is left without an end of line is what a killed worker was about to write: it does not count.
    socket.on('end', () => socket.end());
    socket.on('error', (error) => log.debug({ err: error }, 'a worker went away'));
    socket.on('close', () => workers.delete(socket));
    if (closing) socket.destroy();
    else socket.write(greeting);
  }

  // Half-open, so that this side can say goodbye and still read what the worker has on its way.
  const server = net.createServer({ allowHalfOpen: true }, accept);

  return {
    async listen() {
      await mkdir(path.dirname(socketPath), { recursive: true, mode: 0o700 });
      // A collector that was killed leaves its socket behind, and nobody can listen on that any more.
      await rm(socketPath, { force: true });
      server.listen(socketPath);
      await once(server, 'listening');
    },
    processes: () => [...workers.values()].reverse(),
    async close(patienceMs = 2000) {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of workers.keys()) socket.end();
      const patience = setTimeout(() => {
        for (const socket of workers.keys()) socket.destroy();
      }, patienceMs);
      await closed;
      clearTimeout(patience);
    },
  };
}
