import type { Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Handlers } from './behaviour.ts';
import { statistic } from './statistic.ts';
import type { Traffic } from './traffic.ts';

const namespace = 'AWS/ApplicationELB';

/**
 * The load balancer's metrics, out of the traffic that a test puts. Everything is counted by target group, as
 * with the dimensions TargetGroup and LoadBalancer; other metrics are empty, expressions are not rehearsed.
 */
export function createMetricHandlers(traffic: Traffic): Handlers {
  return {
    'monitoring.GetMetricData'({ params }) {
      const queries: Members[] = params.MetricDataQueries;
      if (queries.every(({ MetricStat }) => MetricStat && MetricStat.Metric.Namespace !== namespace))
        return undefined;
      const from = toMillis(params.StartTime);
      const to = toMillis(params.EndTime);
      if (from >= to) {
        throw new AwsError(
          'ValidationError',
          'The parameter StartTime must be less than the parameter EndTime.',
        );
      }
      const MetricDataResults = queries
        .filter(({ ReturnData = true }) => ReturnData)
        .map((query) => {
          if (!query.MetricStat) throw new Error('Metric expressions are not rehearsed');
          const points = series(query.MetricStat, traffic, from, to);
          if (params.ScanBy !== 'TimestampAscending') points.reverse();
          return {
            Id: query.Id,
            Label: query.Label ?? query.MetricStat.Metric.MetricName,
            Timestamps: points.map(({ at }) => new Date(at)),
            Values: points.map(({ value }) => value),
            StatusCode: 'Complete',
          };
        });
      return { MetricDataResults, Messages: [] };
    },
  };
}

function series({ Metric, Period, Stat }: Members, traffic: Traffic, from: number, to: number) {
  if (Period % 60 !== 0) {
    // Load balancers report every minute, so there is nothing finer.
    throw new AwsError('ValidationError', 'The parameter Period must be a multiple of 60.');
  }
  const dimensions = new Map((Metric.Dimensions ?? []).map(({ Name, Value }: Members) => [Name, Value]));
  const targetGroup = dimensions.get('TargetGroup');
  const points: { at: number; value: number }[] = [];
  // Without both dimensions, or with others, CloudWatch has no such metric.
  if (Metric.Namespace !== namespace || dimensions.size !== 2 || !dimensions.has('LoadBalancer'))
    return points;
  const step = Period * 1000;
  for (let at = Math.floor(from / step) * step; at < to; at += step) {
    const minutes = traffic.between(String(targetGroup), at, at + step);
    const value = statistic(
      Stat,
      minutes.flatMap((minute) => samplesOf(Metric.MetricName, minute)),
    );
    if (value !== undefined) points.push({ at, value });
  }
  return points;
}

/**
 * Values of a metric in a minute. None where there was nothing: "Reporting criteria: There is a nonzero value".
 * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
function samplesOf(metric: string, minute: ReturnType<Traffic['between']>[number]): number[] {
  const counts: Record<string, number> = {
    RequestCount: minute.requests,
    HTTPCode_Target_5XX_Count: minute.errors5xx ?? 0,
    TargetConnectionErrorCount: minute.connectionErrors ?? 0,
  };
  if (metric === 'TargetResponseTime') return minute.latencies ?? [];
  const count = counts[metric] ?? 0;
  return count > 0 ? [count] : [];
}

/** The protocols write times as text, or as seconds since 1970. */
function toMillis(time: Date | number | string): number {
  return typeof time === 'number' ? time * 1000 : new Date(time).getTime();
}
