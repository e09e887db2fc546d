import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { MetricsJson } from './merge-metrics.ts';
import { findDefinition } from './metric-definitions.ts';

const fileSchema = z.array(
  z.object({
    name: z.string(),
    help: z.string(),
    type: z.enum(['counter', 'histogram']),
    aggregator: z.literal('sum'),
    values: z.array(
      z.object({
        value: z.number(),
        labels: z.record(z.string(), z.union([z.string(), z.number()])),
        metricName: z.string().optional(),
      }),
    ),
  }),
);

/** What must outlive the collector: gauges do not, as every worker reports them anew. */
function counted(metrics: MetricsJson): MetricsJson {
  return metrics.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
}

/** Whether the totals still fit the definition: with other buckets their sums would make no sense. */
function stillFits({ name, type, values }: z.output<typeof fileSchema>[number]): boolean {
  const definition = findDefinition(name);
  if (definition?.kind !== type) return false;
  const bounds = new Set(
    values.flatMap(({ labels }) => (labels.le === undefined ? [] : [String(labels.le)])),
  );
  const expected = new Set([...(definition.buckets ?? []), '+Inf'].map(String));
  return (
    bounds.size === 0 || (bounds.size === expected.size && [...bounds].every((bound) => expected.has(bound)))
  );
}

/** Writes the totals so that a reader finds the old file or the new one, never half of one. */
export async function saveTotals(file: string, metrics: MetricsJson): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(counted(metrics)), { flush: true });
  await rename(`${file}.new`, file);
}

/** The totals of the collector before. A file that cannot be used is reported, and counting starts at 0. */
export async function loadTotals(file: string, log: Logger): Promise<MetricsJson> {
  try {
    const totals = fileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return totals.filter(stillFits) as unknown as MetricsJson;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      log.error({ err: error, file }, 'the totals of metrics cannot be read: counters start at 0');
    }
    return [];
  }
}
