import { AggregatorRegistry, type Registry } from 'prom-client';

/** Metrics as prom-client's `getMetricsAsJSON` gives them, which also survives a file or a socket. */
export type MetricsJson = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/**
 * One registry out of several: counters and histograms are summed series by series. Of a gauge the first
 * value that is found stands, because two workers that report the depth of one outbox do not make it twice
 * as deep.
 */
export function mergeMetrics(parts: MetricsJson[]): Registry {
  return AggregatorRegistry.aggregate(parts);
}

/** The same metrics, but where a series is in several parts its first value stands, never the sum. */
export function firstOfEach(metrics: MetricsJson): MetricsJson {
  return metrics.map((metric) => ({ ...metric, aggregator: 'first' }));
}
