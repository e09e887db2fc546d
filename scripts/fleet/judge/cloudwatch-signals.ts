import type { CloudWatchClient, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { FleetError } from '../fleet-error.ts';
import type { SlotName } from '../slots.ts';
import { createMetricDataReader, type Values } from './read-metric-data.ts';
import type { SlotCounts, SlotSignals, Window } from './slot-signals.ts';

export interface CloudWatchSource {
  client: CloudWatchClient;
  /** The part of its ARN that CloudWatch knows it by: `app/inlet-prod/0123456789abcdef`. */
  loadBalancer: string;
  /** Likewise: `targetgroup/inlet-prod-a/0123456789abcdef`. */
  targetGroups: Record<SlotName, string>;
  now?: () => Date;
  /** How long after its end a minute may still be incomplete. Load balancers report each minute afterwards. */
  latenessSeconds?: number;
  /**
   * Whether a connection that a target did not accept counts as an error: its visitor got a 502 or 504, which
   * CloudWatch does not attribute to a target group.
   */
  connectionErrors?: boolean;
}

const minute = 60_000;
const fiveMinutes = 5 * minute;

const total = (values: Values | undefined): number =>
  [...(values?.values() ?? [])].reduce((sum, value) => sum + value, 0);

/**
 * Counts from the load balancer's own metrics, which leave health checks out. Only whole minutes that are
 * complete are asked for: the window is cut to them, for both slots alike.
 *
 * - requests: `RequestCount`, requests for which a target was chosen.
 * - errors: `HTTPCode_Target_5XX_Count`, and `TargetConnectionErrorCount`, at most as many as requests.
 * - slow: a minute's requests times the part whose `TargetResponseTime`, seconds from the request's leaving the
 *   load balancer to the first byte of the answer, is above the threshold: 100 less the percentile rank
 *   `PR(:threshold)`, which is in percent and includes the threshold. CloudWatch derives it from a distribution
 *   that it keeps in steps, so slow is close, not exact. `SampleCount` is not used: it counts what load balancer
 *   nodes report, and is no number of requests.
 *
 * A counter without a value in a minute was 0: "Reporting criteria: There is a nonzero value".
 * Sources: "CloudWatch metrics for your Application Load Balancer" in the guide to Elastic Load Balancing,
 * "CloudWatch statistics definitions" in the guide to CloudWatch.
 */
export function createCloudWatchSignals({
  client,
  loadBalancer,
  targetGroups,
  now = () => new Date(),
  latenessSeconds = 120,
  connectionErrors = true,
}: CloudWatchSource): SlotSignals {
  const read = createMetricDataReader(client);
  const metric = (
    slot: SlotName,
    id: string,
    name: string,
    stat: string,
    period: number,
  ): MetricDataQuery => ({
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/ApplicationELB',
        MetricName: name,
        Dimensions: [
          { Name: 'TargetGroup', Value: targetGroups[slot] },
          { Name: 'LoadBalancer', Value: loadBalancer },
        ],
      },
      Period: period / 1000,
      Stat: stat,
    },
  });

  /** What of the window is over and complete, in whole periods. Undefined if that is nothing. */
  function complete({ from, to }: Window, period: number): Window | undefined {
    if (to < from) throw new RangeError('A window cannot end before it begins.');
    const latest = Math.min(to.getTime(), now().getTime() - latenessSeconds * 1000);
    const start = Math.ceil(from.getTime() / period) * period;
    const end = Math.floor(latest / period) * period;
    return end > start ? { from: new Date(start), to: new Date(end) } : undefined;
  }

  return {
    name: 'CloudWatch',

    /**
     * The median, weighted by requests, of the percentiles of five minutes each (of one minute where there are
     * no five): one number for any length of window, and no single bad minute decides it.
     */
    async latencyThreshold(slot, window, share) {
      for (const period of [fiveMinutes, minute]) {
        const span = complete(window, period);
        if (!span) continue;
        const found = await read(span, [
          metric(slot, 'requests', 'RequestCount', 'Sum', period),
          metric(slot, 'percentile', 'TargetResponseTime', `p${Number((share * 100).toFixed(2))}`, period),
        ]);
        return weightedMedian(found.get('percentile') ?? new Map(), found.get('requests') ?? new Map());
      }
      return undefined;
    },

    async counts(slot, window, slowerThanSeconds) {
      const span = complete(window, minute);
      if (!span)
        throw new FleetError('no minute of this window is complete yet.', {
          advice: `Ask again: its figures come up to ${latenessSeconds} s after the end of a minute.`,
        });
      const found = await read(span, [
        metric(slot, 'requests', 'RequestCount', 'Sum', minute),
        metric(slot, 'errors', 'HTTPCode_Target_5XX_Count', 'Sum', minute),
        ...(connectionErrors
          ? [metric(slot, 'unconnected', 'TargetConnectionErrorCount', 'Sum', minute)]
          : []),
        ...(slowerThanSeconds === undefined
          ? []
          : [metric(slot, 'fast', 'TargetResponseTime', `PR(:${decimal(slowerThanSeconds)})`, minute)]),
      ]);
      return sumUp(found);
    },
  };
}

/** Without an exponent, which the notation of statistics does not know. */
const decimal = (value: number): string => value.toFixed(6).replace(/\.?0+$/, '');

function sumUp(found: Map<string, Values>): SlotCounts {
  const perMinute: Values = found.get('requests') ?? new Map();
  const requests = total(perMinute);
  const errors = total(found.get('errors')) + total(found.get('unconnected'));
  const slow = [...(found.get('fast') ?? [])].reduce(
    (sum, [at, percent]) => sum + (perMinute.get(at) ?? 0) * (1 - percent / 100),
    0,
  );
  return {
    requests: Math.round(requests),
    errors: Math.min(Math.round(errors), Math.round(requests)),
    slow: Math.min(Math.max(0, Math.round(slow)), Math.round(requests)),
  };
}

function weightedMedian(values: Values, weights: Values): number | undefined {
  const sorted = [...values].sort(([, one], [, other]) => one - other);
  const weight = (at: number) => weights.get(at) ?? 0;
  const half = sorted.reduce((sum, [at]) => sum + weight(at), 0) / 2;
  let reached = 0;
  for (const [at, value] of sorted) {
    reached += weight(at);
    if (reached > 0 && reached >= half) return value;
  }
  return undefined;
}
