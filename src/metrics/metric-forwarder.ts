import net from 'node:net';
import type { Logger } from 'pino';
import type { MetricsJson } from './merge-metrics.ts';
import { encodeMessage } from './metric-protocol.ts';
import type { EmitMetrics } from './registry.ts';

interface ForwarderDeps {
  /** The collector's socket, see `metricsSocket`. */
  socketPath: string;
  /** What this process tells about itself. Sent on connecting and every `snapshotMs`. */
  processMetrics: () => Promise<MetricsJson>;
  log: Logger;
  snapshotMs?: number;
  /** Bytes of changes that are kept while the collector is away. What comes on top is dropped, and counted. */
  keepBytes?: number;
}

export interface MetricForwarder {
  emit: EmitMetrics;
  /** Sends what is kept, waiting up to `patienceMs` for the collector, and lets go of the socket. */
  close(patienceMs?: number): Promise<void>;
}

const firstRetryMs = 50;
const longestRetryMs = 1000;
const batchLines = 500;

/**
 * The worker's side of the collector: writes every change of a metric to the collector's socket at once.
 *
 * While the collector keeps up, libuv hands a line to the kernel before `emit` returns, so it is counted
 * even if this process is killed at the next instruction. While the collector is away, or so far behind that
 * the kernel's queue is full (some 160 lines on Linux with its usual `net.core.wmem_default`), lines stay in
 * this process, in bounded memory, and go later; those, and only those, die with a process that is killed.
 */
export function createMetricForwarder(deps: ForwarderDeps): MetricForwarder {
  const { socketPath, processMetrics, log, snapshotMs = 5000, keepBytes = 8 * 1024 ** 2 } = deps;
  const kept: string[] = [];
  let keptBytes = 0;
  let dropped = 0;
  let retryMs = firstRetryMs;
  let retry: NodeJS.Timeout | undefined;
  /** Absent unless the collector has greeted and not yet said goodbye. */
  let ready: net.Socket | undefined;
  let connection: net.Socket | undefined;
  let ending = false;
  const idle = Promise.withResolvers<void>();

  function drop(lines: string): void {
    dropped += lines.split('\n').length - 1;
  }

  function keep(lines: string): void {
    if (keptBytes + lines.length > keepBytes) {
      drop(lines);
      return;
    }
    kept.push(lines);
    keptBytes += lines.length;
  }

  /**
   * A write fails only if the collector was killed. Part of the lines may have been read and saved by then,
   * so they are given up rather than sent again: a total is never more than what happened.
   */
  function write(socket: net.Socket, lines: string): void {
    socket.write(lines, (error) => {
      if (error) drop(lines);
    });
  }

  /** Sends what is kept as long as the socket takes it; the rest waits for 'drain'. */
  function flush(): void {
    while (ready && !ready.writableNeedDrain && kept.length > 0) {
      const lines = kept.splice(0, batchLines).join('');
      keptBytes -= lines.length;
      write(ready, lines);
    }
    if (!ready || kept.length > 0) return;
    if (dropped > 0) {
      log.warn({ dropped }, 'metrics were lost while the collector was away');
      const value = dropped;
      dropped = 0;
      emit({ metric: 'inlet_metrics_dropped_total', labels: {}, value });
    }
    if (ending) {
      ready.end();
      ready = undefined;
    }
  }

  const emit: EmitMetrics = (...events) => {
    const line = encodeMessage({ events });
    if (ready && !ready.writableNeedDrain && kept.length === 0) write(ready, line);
    else keep(line);
  };

  async function sendSnapshot(): Promise<void> {
    if (!ready) return;
    const socket = ready;
    try {
      const line = encodeMessage({ process: await processMetrics() });
      if (socket === ready && !socket.writableNeedDrain) socket.write(line);
    } catch (error) {
      log.warn({ err: error }, 'the metrics of this process could not be read');
    }
  }

  function connect(): void {
    retry = undefined;
    const socket = net.connect(socketPath);
    connection = socket;
    socket.on('error', (error) => log.debug({ err: error }, 'the collector of metrics cannot be reached'));
    socket.on('drain', flush);
    // The collector sends nothing but its greeting.
    socket.once('data', () => {
      ready = socket;
      retryMs = firstRetryMs;
      void sendSnapshot();
      flush();
    });
    socket.on('data', () => {});
    // The collector shuts down. Node ends this side too, after what is already written.
    socket.on('end', () => {
      ready = undefined;
    });
    socket.on('close', () => {
      ready = undefined;
      connection = undefined;
      if (ending && kept.length === 0) return idle.resolve();
      retry = setTimeout(connect, retryMs);
      retryMs = Math.min(2 * retryMs, longestRetryMs);
    });
  }

  async function close(patienceMs = 2000): Promise<void> {
    if (ending) return idle.promise;
    ending = true;
    clearInterval(snapshots);
    const patience = setTimeout(() => {
      if (kept.length > 0)
        log.warn({ lines: kept.length }, 'metrics are lost: the collector did not take them');
      idle.resolve();
    }, patienceMs);
    // An open connection ends by itself once it has delivered, and its 'close' says so.
    if (!connection && kept.length === 0) idle.resolve();
    else flush();
    await idle.promise;
    clearTimeout(patience);
    clearTimeout(retry);
    connection?.removeAllListeners('close').destroy();
  }

  const snapshots = setInterval(sendSnapshot, snapshotMs);
  connect();
  return { emit, close };
}
