import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { findDefinition, type MetricName, metricDefinitions } from './metric-definitions.ts';

/** One change of one metric: added to a counter, observed by a histogram, or the new value of a gauge. */
export interface MetricEvent {
  metric: MetricName;
  labels: Record<string, string>;
  value: number;
}

export type EmitMetrics = (...events: MetricEvent[]) => void;

export interface MetricRegistry {
  registry: Registry;
  /** Throws if an event names a metric or a label that is not in the definitions. */
  apply: EmitMetrics;
}

function createMetric(
  name: MetricName,
  registry: Registry,
): (labels: MetricEvent['labels'], value: number) => void {
  const { kind, help, labels, buckets } = { buckets: undefined, ...metricDefinitions[name] };
  const common = { name, help, labelNames: Object.keys(labels), registers: [registry] };
  if (kind === 'histogram') {
    const histogram = new Histogram({ ...common, ...(buckets && { buckets: [...buckets] }) });
    return (given, value) => histogram.observe(given, value);
  }
  if (kind === 'gauge') {
    const gauge = new Gauge({ ...common, aggregator: 'first' });
    return (given, value) => gauge.set(given, value);
  }
  const counter = new Counter(common);
  return (given, value) => counter.inc(given, value);
}

/** Every combination of the values that the labels can have; none if one of them is open. */
function combinations(labels: Record<string, readonly string[] | 'open'>): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (found, [label, values]) =>
      values === 'open' ? [] : found.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}

/**
 * A Prometheus registry with every metric of the definitions. A counter whose labels have known values starts
 * with every combination of them at 0, so that `rate()` sees the very first error too.
 */
export function createRegistry(): MetricRegistry {
  const registry = new Registry();
  const names = Object.keys(metricDefinitions) as MetricName[];
  const change = new Map(names.map((name) => [name, createMetric(name, registry)]));

  function apply(...events: MetricEvent[]): void {
    for (const { metric, labels, value } of events) {
      const applyTo = change.get(metric);
      if (!applyTo) throw new Error(`There is no metric ${metric}.`);
      applyTo(labels, value);
    }
  }

  for (const metric of names) {
    const definition = findDefinition(metric);
    if (definition?.kind !== 'counter') continue;
    for (const labels of combinations(definition.labels)) apply({ metric, labels, value: 0 });
  }
  return { registry, apply };
}
