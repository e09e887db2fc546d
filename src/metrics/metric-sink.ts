import type { Logger } from 'pino';
import { firstOfEach, mergeMetrics } from './merge-metrics.ts';
import { createMetricForwarder } from './metric-forwarder.ts';
import { type Build, createProcessMetrics } from './process-metrics.ts';
import { createRegistry, type EmitMetrics } from './registry.ts';

interface SinkDeps {
  /** The collector's socket, in a cluster; without it this process shows its metrics itself. */
  socketPath: string | undefined;
  worker: string;
  build: Build;
  log: Logger;
}

/** Where the changes of metrics go to, and what this process itself can show of them. */
export interface MetricSink {
  emit: EmitMetrics;
  page: { metrics: () => Promise<string>; contentType: string };
  close(): Promise<void>;
}

export function createMetricSink({ socketPath, worker, build, log }: SinkDeps): MetricSink {
  const own = createProcessMetrics({ worker, build });
  const { registry, apply } = createRegistry();
  const page = {
    contentType: own.contentType,
    async metrics() {
      const parts = [firstOfEach(await own.getMetricsAsJSON()), await registry.getMetricsAsJSON()];
      return mergeMetrics(parts).metrics();
    },
  };
  if (socketPath === undefined) return { emit: apply, page, close: async () => {} };
  const forwarder = createMetricForwarder({ socketPath, processMetrics: () => own.getMetricsAsJSON(), log });
  return { emit: forwarder.emit, page, close: () => forwarder.close() };
}
