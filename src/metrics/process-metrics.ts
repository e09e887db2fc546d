import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { metricDefinitions } from './metric-definitions.ts';

export interface Build {
  version: string;
  commit: string;
  release: string;
}

/**
 * What one process can tell about itself: memory, processor time, event loop, and which build it runs.
 * These are kept apart from what is counted, because they end with the process.
 */
export function createProcessMetrics({ worker, build }: { worker: string; build: Build }): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, labels: { worker } });
  const { help, labels } = metricDefinitions.inlet_build_info;
  const info = new Gauge({
    name: 'inlet_build_info',
    help,
    labelNames: Object.keys(labels),
    registers: [registry],
  });
  info.set({ ...build }, 1);
  return registry;
}
