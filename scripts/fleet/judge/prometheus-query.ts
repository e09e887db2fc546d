import { z } from 'zod';
import { FleetError } from '../fleet-error.ts';

const labels = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]);

const answers = z.discriminatedUnion('status', [
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ metric: labels, value: sample })),
      }),
      z.object({
        resultType: z.literal('matrix'),
        result: z.array(z.object({ metric: labels, values: z.array(sample) })),
      }),
    ]),
    warnings: z.array(z.string()).optional(),
  }),
]);

/** A time series with its samples in order; an instant vector's series have one. */
export interface Series {
  labels: Record<string, string>;
  samples: [seconds: number, value: string][];
}

export type PrometheusQuery = (expression: string, at: Date) => Promise<Series[]>;

export interface PrometheusAccess {
  /** Where Prometheus is, with its path prefix and, where it needs them, user and password. */
  url: string;
  fetch?: typeof fetch;
  /** Milliseconds that one query may take. */
  timeoutMs?: number;
}

/** What to do about an answer that is no answer. */
const adviceFor = (status: number): string | undefined => {
  if (status === 401 || status === 403)
    return 'Put the user and the password that Prometheus wants into its address.';
  if (status === 404) return 'Check the address of Prometheus: its path prefix seems to be missing or wrong.';
  if (status === 422) return 'If it is about too many samples, raise --query.max-samples of Prometheus.';
  if (status >= 500) return 'Ask again when Prometheus is up; its log says what it lacks.';
  return undefined;
};

/**
 * Asks Prometheus for an expression at a moment (`POST /api/v1/query`). Rejects with a FleetError if it cannot be
 * reached, takes too long, refuses, or answers with warnings: those say that a part of the data is missing.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/
 */
export function createPrometheusQuery({
  url,
  fetch: ask = fetch,
  timeoutMs = 10_000,
}: PrometheusAccess): PrometheusQuery {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new FleetError('The address of Prometheus is no http or https address.', {
      advice: 'Give it like http://prometheus.internal:9090.',
    });
  // Node's fetch refuses an address with a password in it, and no message may show one.
  const base = new URL(url);
  const headers = new Headers({ accept: 'application/json' });
  if (base.username || base.password) {
    const pair = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
    base.username = '';
    base.password = '';
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const address = new URL('api/v1/query', base);
  const where = `Prometheus at ${base.origin}`;

  async function send(expression: string, at: Date): Promise<{ status: number; text: string }> {
    const body = new URLSearchParams({
      query: expression,
      time: (at.getTime() / 1000).toFixed(3),
      timeout: `${timeoutMs}ms`,
    });
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await ask(address, { method: 'POST', headers, body, signal });
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      const late = cause instanceof Error && cause.name === 'TimeoutError';
      throw new FleetError(
        late ? `${where} did not answer within ${timeoutMs} ms.` : `${where} cannot be reached.`,
        {
          advice: late
            ? 'See whether it is overloaded.'
            : 'Check its address, that it runs, and that this machine may connect to it.',
          cause,
        },
      );
    }
  }

  return async (expression, at) => {
    const { status, text } = await send(expression, at);
    const refuse = (problem: string, advice = adviceFor(status)) =>
      new FleetError(`${where} ${problem}`, advice === undefined ? {} : { advice });
    const answer = answers.safeParse(parseJson(text));
    if (!answer.success) throw refuse(`answered ${status} with something that is no result of a query.`);
    if (answer.data.status === 'error')
      throw refuse(`refused the query (${answer.data.errorType}): ${answer.data.error}`);
    const { data, warnings = [] } = answer.data;
    if (warnings.length > 0)
      throw refuse(
        `has only a part of the data: ${warnings.join('; ')}`,
        'Mend the storage that it names, then ask again.',
      );
    return data.resultType === 'vector'
      ? data.result.map(({ metric, value }) => ({ labels: metric, samples: [value] }))
      : data.result.map(({ metric, values }) => ({ labels: metric, samples: values }));
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
