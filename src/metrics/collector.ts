import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { firstOfEach, type MetricsJson, mergeMetrics } from './merge-metrics.ts';
import { createMetricReceiver } from './metric-receiver.ts';
import { loadTotals, saveTotals } from './metric-totals.ts';
import { createRegistry } from './registry.ts';

interface CollectorDeps {
  /** Where the workers connect, see `metricsSocket`. */
  socketPath: string;
  /** Where the totals outlive this process. */
  totalsFile: string;
  /** What this process tells about itself. */
  processMetrics: Registry;
  log: Logger;
  saveMs?: number;
}

export interface Collector {
  start(): Promise<void>;
  /** The page for Prometheus. */
  metrics(): Promise<string>;
  contentType: string;
  /** Takes in what the workers have on its way, and saves the totals. */
  stop(): Promise<void>;
}

/**
 * Sums up what all workers count, and keeps it over the end of any of them, and over its own.
 *
 * The totals are saved before they are shown. So even a collector that is killed never makes a counter fall
 * below what Prometheus has seen, which it would take for a restart from 0 and count everything twice.
 */
export async function createCollector(deps: CollectorDeps): Promise<Collector> {
  const { socketPath, totalsFile, processMetrics, log, saveMs = 2000 } = deps;
  const { registry, apply } = createRegistry();
  const receiver = createMetricReceiver({ socketPath, apply, log });
  const base = await loadTotals(totalsFile, log);
  let timer: NodeJS.Timeout | undefined;
  let saved: Promise<MetricsJson> = Promise.resolve([]);

  /** One after another, so that an older total never overwrites a newer one. */
  function save(): Promise<MetricsJson> {
    saved = saved.then(async () => {
      const totals = await mergeMetrics([await registry.getMetricsAsJSON(), base]).getMetricsAsJSON();
      await saveTotals(totalsFile, totals).catch((error: unknown) =>
        log.error({ err: error, file: totalsFile }, 'the totals of metrics cannot be saved'),
      );
      return totals;
    });
    return saved;
  }

  return {
    contentType: registry.contentType,
    async start() {
      await receiver.listen();
      timer = setInterval(save, saveMs);
    },
    async metrics() {
      // What a worker wrote before this was asked is in the kernel by now. Between two turns of the event
      // loop lies a whole poll phase, which reads it, so an answer that was received is always on the page.
      await nextTurn();
      await nextTurn();
      const totals = await save();
      const processes = [...receiver.processes(), await processMetrics.getMetricsAsJSON()];
      return mergeMetrics([...processes.map(firstOfEach), totals]).metrics();
    },
    async stop() {
      clearInterval(timer);
      await receiver.close();
      await save();
    },
  };
}
