import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';

/** What a target group did in one minute. */
export interface LoadBalancerMinute {
  /** Milliseconds since 1970, a whole minute. */
  at: number;
  targetGroup: string;
  requests: number;
  errors?: number;
  unconnected?: number;
  /** Seconds until the first byte, of those that were answered. */
  times?: number[];
}

interface Query {
  Id: string;
  MetricStat: {
    Metric: { Namespace: string; MetricName: string; Dimensions: { Name: string; Value: string }[] };
    Period: number;
    Stat: string;
  };
}

interface GetMetricData {
  MetricDataQueries: Query[];
  StartTime: number;
  EndTime: number;
  NextToken?: string;
}

interface Datapoint {
  at: number;
  value: number;
}

export interface Reply {
  status?: number;
  body: unknown;
}

export interface CloudWatchStandIn extends AsyncDisposable {
  client: CloudWatchClient;
  requests: GetMetricData[];
}

/**
 * Speaks the wire protocol of CloudWatch (AWS JSON 1.0) for GetMetricData, and knows what a load balancer reports:
 * one value a minute, none where a counter was 0. Refuses what CloudWatch refuses. `pageSize` datapoints a page.
 * `change` may spoil an answer.
 */
export async function cloudWatchStandIn(
  minutes: LoadBalancerMinute[],
  {
    pageSize = 10_000,
    change = (reply) => reply,
  }: { pageSize?: number; change?: (reply: Reply) => Reply } = {},
): Promise<CloudWatchStandIn> {
  const requests: GetMetricData[] = [];
  const server = http.createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const target = req.headers['x-amz-target'];
    const input = JSON.parse(Buffer.concat(chunks).toString()) as GetMetricData;
    requests.push(input);
    const fault =
      target === 'GraniteServiceVersion20100801.GetMetricData'
        ? faultOf(input)
        : `unknown operation ${target}`;
    const reply = fault
      ? { status: 400, body: { __type: 'com.amazonaws.cloudwatch#ValidationError', message: fault } }
      : { status: 200, body: answer(input, minutes, pageSize) };
    const { status = 200, body } = change(reply);
    res.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    res.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new CloudWatchClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  return {
    client,
    requests,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const statistics = /^(Sum|p\d{1,2}(\.\d{1,10})?|PR\(:\d+(\.\d+)?\))$/;

function faultOf({ MetricDataQueries: queries, StartTime, EndTime }: GetMetricData): string | undefined {
  if (!(StartTime < EndTime)) return 'StartTime must be before EndTime.';
  for (const { Id, MetricStat } of queries) {
    const { Metric, Period, Stat } = MetricStat;
    if (!/^[a-z][a-zA-Z0-9_]*$/.test(Id)) return `Invalid Id ${Id}.`;
    if (Period % 60 !== 0) return `Invalid period ${Period}.`;
    if (!statistics.test(Stat)) return `Invalid statistic ${Stat}.`;
    if (Metric.Namespace !== 'AWS/ApplicationELB') return `No such namespace ${Metric.Namespace}.`;
    if (new Set(Metric.Dimensions.map(({ Name }) => Name)).size !== 2) return 'Two dimensions are needed.';
  }
  return undefined;
}

function answer(input: GetMetricData, minutes: LoadBalancerMinute[], pageSize: number): unknown {
  const offset = Number(input.NextToken ?? 0);
  let more = false;
  const results = input.MetricDataQueries.map((query) => {
    const all = datapoints(query, input, minutes);
    const page = all.slice(offset, offset + pageSize);
    const isPartial = offset + pageSize < all.length;
    more ||= isPartial;
    return {
      Id: query.Id,
      Label: query.MetricStat.Metric.MetricName,
      Timestamps: page.map(({ at }) => at / 1000),
      Values: page.map(({ value }) => value),
      StatusCode: isPartial ? 'PartialData' : 'Complete',
    };
  });
  return {
    MetricDataResults: results,
    Messages: [],
    ...(more ? { NextToken: String(offset + pageSize) } : {}),
  };
}

function datapoints(
  query: Query,
  { StartTime, EndTime }: GetMetricData,
  minutes: LoadBalancerMinute[],
): Datapoint[] {
  const { Metric, Period, Stat } = query.MetricStat;
  const group = Metric.Dimensions.find(({ Name }) => Name === 'TargetGroup')?.Value;
  const found: Datapoint[] = [];
  for (let at = StartTime * 1000; at < EndTime * 1000; at += Period * 1000) {
    const within = minutes.filter(
      (minute) => minute.targetGroup === group && minute.at >= at && minute.at < at + Period * 1000,
    );
    const value = statistic(within, Metric.MetricName, Stat);
    if (value !== undefined) found.push({ at, value });
  }
  return found;
}

function statistic(minutes: LoadBalancerMinute[], metric: string, stat: string): number | undefined {
  if (metric === 'TargetResponseTime') {
    const times = minutes.flatMap(({ times = [] }) => times).sort((one, other) => one - other);
    if (times.length === 0) return undefined;
    const rank = /^PR\(:(.*)\)$/.exec(stat)?.[1];
    if (rank !== undefined) return (100 * times.filter((time) => time <= Number(rank)).length) / times.length;
    return times[Math.ceil((Number(stat.slice(1)) / 100) * times.length) - 1];
  }
  const values: Record<string, (minute: LoadBalancerMinute) => number> = {
    RequestCount: ({ requests }) => requests,
    HTTPCode_Target_5XX_Count: ({ errors = 0 }) => errors,
    TargetConnectionErrorCount: ({ unconnected = 0 }) => unconnected,
  };
  const sum = minutes.reduce((total, minute) => total + (values[metric]?.(minute) ?? 0), 0);
  return sum > 0 ? sum : undefined;
}
