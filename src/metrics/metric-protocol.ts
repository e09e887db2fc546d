import type { MetricsJson } from './merge-metrics.ts';
import type { MetricEvent } from './registry.ts';

/**
 * What goes over the socket between workers and the collector: lines of JSON from the worker, and one
 * empty line from the collector, by which it says that it has accepted the connection.
 *
 * A worker must not send before that line: a connection that still waits to be accepted when the collector
 * closes its socket is thrown away by the kernel, together with what was written to it.
 */
export const greeting = '\n';

export type MetricMessage = { events: MetricEvent[] } | { process: MetricsJson };

export function encodeMessage(message: MetricMessage): string {
  return `${JSON.stringify(message)}\n`;
}

/** Throws on a line that is cut short, as the last one of a killed worker can be. */
export function decodeMessage(line: string): MetricMessage {
  return JSON.parse(line) as MetricMessage;
}
