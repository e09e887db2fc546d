import {
  type CloudWatchClient,
  type MetricDataQuery,
  type MetricDataResult,
  paginateGetMetricData,
} from '@aws-sdk/client-cloudwatch';
import { FleetError } from '../fleet-error.ts';
import type { Window } from './slot-signals.ts';

/** Values by the start of their period, in milliseconds since 1970. */
export type Values = Map<number, number>;

/**
 * Reads metrics over a span that begins and ends with a period, all pages of them, by the ids of their queries.
 * A metric without values has an empty map. Rejects with a FleetError if CloudWatch cannot be asked, refuses, or
 * says of any metric that it is not complete.
 * Source: "GetMetricData" and "MetricDataResult" in the API reference of CloudWatch.
 */
export function createMetricDataReader(
  client: CloudWatchClient,
): (span: Window, queries: MetricDataQuery[]) => Promise<Map<string, Values>> {
  return async ({ from, to }, queries) => {
    const found = new Map(queries.map(({ Id = '' }) => [Id, new Map() as Values]));
    const statuses = new Map<string, string | undefined>();
    try {
      const pages = paginateGetMetricData(
        { client },
        { MetricDataQueries: queries, StartTime: from, EndTime: to, ScanBy: 'TimestampAscending' },
      );
      for await (const { MetricDataResults = [], Messages = [] } of pages) {
        for (const { Code, Value } of Messages) throw partial(`${Code}: ${Value}`);
        for (const result of MetricDataResults) {
          keep(result, found);
          statuses.set(result.Id ?? '', result.StatusCode);
        }
      }
    } catch (error) {
      throw error instanceof FleetError ? error : failed(error);
    }
    for (const { Id = '' } of queries)
      if (statuses.get(Id) !== 'Complete') throw partial(`${Id} is ${statuses.get(Id) ?? 'missing'}`);
    return found;
  };
}

function keep({ Id = '', Timestamps = [], Values = [] }: MetricDataResult, found: Map<string, Values>): void {
  Timestamps.forEach((timestamp, index) => {
    const value = Values[index];
    if (value === undefined || !Number.isFinite(value)) throw partial(`${Id} has a value that is no number`);
    found.get(Id)?.set(timestamp.getTime(), value);
  });
}

const partial = (detail: string): FleetError =>
  new FleetError(`only a part of the figures came (${detail}).`, { advice: 'Ask again in a minute.' });

function failed(cause: unknown): FleetError {
  const { name, message } = cause instanceof Error ? cause : { name: 'Error', message: String(cause) };
  const advice = /AccessDenied|NotAuthorized/.test(name)
    ? 'Allow cloudwatch:GetMetricData to whoever runs this.'
    : /Expired|Credentials|InvalidClientTokenId|UnrecognizedClient/.test(name)
      ? 'Sign in to AWS again.'
      : 'Ask again; if it stays, see the AWS Health Dashboard.';
  return new FleetError(`the figures could not be read (${name}): ${message}`, { advice, cause });
}
