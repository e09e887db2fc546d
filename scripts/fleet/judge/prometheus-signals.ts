import { FleetError } from '../fleet-error.ts';
import type { SlotName } from '../slots.ts';
import { counterIncrease } from './counter-increase.ts';
import { createPrometheusQuery, type PrometheusAccess, type Series } from './prometheus-query.ts';
import type { SlotCounts, SlotSignals, Window } from './slot-signals.ts';

export interface PrometheusSource extends PrometheusAccess {
  /** Statuses that count as errors of the slot: a regular expression for the whole of it. */
  errorStatus?: string;
  /** Labels that tell this fleet from others that the same Prometheus scrapes, such as `{fleet: 'prod'}`. */
  labels?: Record<string, string>;
  /** Routes that are no visitors' requests. */
  excludedRoutes?: readonly string[];
}

const requestsMetric = 'inlet_http_requests_total';
const durationsMetric = 'inlet_http_request_duration_seconds_bucket';

/** How long ago the last value before a window may lie: an instance that was scraped less is taken for new. */
const remembered = '1h';

const quoted = (text: string): string => JSON.stringify(text);
const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** A bucket's bound as Prometheus spells it: since version 3 whole numbers have a `.0`. */
const spellings = (bound: number): string[] => [
  String(bound),
  ...(Number.isInteger(bound) ? [`${bound}.0`] : []),
];

/**
 * The same for the same series in two answers. Without the name, which functions may drop; `status` and `le` tell
 * the two metrics apart.
 */
const identity = ({ labels: { __name__: _, ...rest } }: Series): string =>
  JSON.stringify(Object.entries(rest).sort());

const inRange = ({ from, to }: Window): string => `[${to.getTime() - from.getTime()}ms]`;

/**
 * Counts from the metrics of the instances, which Prometheus scrapes with the label `slot`. Errors are answers
 * with `errorStatus`, so nothing that a killed process left unanswered. A request shows at the first scrape after
 * its end, in both slots alike, and all figures of an instance are of the same scrape.
 *
 * The first value of a new counter counts in full. For that, a series is new if it has no value in the hour
 * before the window: an instance that Prometheus could not scrape for an hour must not be in use.
 */
export function createPrometheusSignals({
  errorStatus = '5..',
  labels = {},
  excludedRoutes = ['/health'],
  ...access
}: PrometheusSource): SlotSignals {
  const query = createPrometheusQuery(access);
  const isError = new RegExp(`^(?:${errorStatus})$`);

  const ofSlot = (slot: SlotName): string[] =>
    Object.entries({ ...labels, slot }).map(([name, value]) => `${name}=${quoted(value)}`);
  const ofVisitors = (slot: SlotName): string[] => [
    ...ofSlot(slot),
    ...(excludedRoutes.length > 0 ? [`route!~${quoted(excludedRoutes.map(literally).join('|'))}`] : []),
  ];

  /** Both metrics in one selector, so that one scrape is seen in both or in neither. */
  function selector(slot: SlotName, bound: number | undefined): string {
    if (bound === undefined) return `{__name__=${quoted(requestsMetric)},${ofVisitors(slot).join(',')}}`;
    const bounds = ['', ...spellings(bound).map(literally)].join('|');
    const names = `__name__=~${quoted(`${requestsMetric}|${durationsMetric}`)}`;
    return `{${[names, ...ofVisitors(slot), `le=~${quoted(bounds)}`].join(',')}}`;
  }

  /** No requests, or no idea? The build of an instance is always there once it was scraped. */
  async function requireScraped(slot: SlotName, window: Window): Promise<void> {
    const found = await query(
      `last_over_time(inlet_build_info{${ofSlot(slot).join(',')}}${inRange(window)})`,
      window.to,
    );
    if (found.length > 0) return;
    throw new FleetError(`no instance of slot ${slot} was scraped in these minutes.`, {
      advice: `Look at the targets page of Prometheus: the instances must be there, be up, and have the label slot="${slot}".`,
    });
  }

  return {
    name: 'Prometheus',

    async latencyThreshold(slot, window, share) {
      if (window.to <= window.from) return undefined;
      const buckets = await query(
        `sum by (le) (increase(${durationsMetric}{${ofVisitors(slot).join(',')}}${inRange(window)}))`,
        window.to,
      );
      return boundBelow(buckets, share);
    },

    async counts(slot, window, slowerThanSeconds) {
      if (window.to < window.from) throw new RangeError('A window cannot end before it begins.');
      if (window.to.getTime() === window.from.getTime()) return { requests: 0, errors: 0, slow: 0 };
      const series = selector(slot, slowerThanSeconds);
      const [earlier, within] = await Promise.all([
        query(`last_over_time(${series}[${remembered}])`, window.from),
        query(`${series}${inRange(window)}`, window.to),
      ]);
      if (within.length === 0) {
        await requireScraped(slot, window);
        return { requests: 0, errors: 0, slow: 0 };
      }
      return sumUp(slot, earlier, within, { isError, slowerThanSeconds });
    },
  };
}

/** The lowest bound that has the share below it. */
function boundBelow(buckets: Series[], share: number): number | undefined {
  const counts = buckets
    .map(({ labels, samples }) => ({ bound: Number(labels.le), count: Number(samples[0]?.[1]) }))
    .map(({ bound, count }) => ({ bound: Number.isNaN(bound) ? Infinity : bound, count }))
    .sort((one, other) => one.bound - other.bound);
  const all = counts.at(-1);
  if (!all || all.bound !== Infinity || !(all.count > 0)) return undefined;
  // The increases are products of the same factor, equal but for the last digits.
  const enough = share * all.count * (1 - 1e-9);
  return counts.find(({ bound, count }) => count >= enough && bound !== Infinity)?.bound;
}

function sumUp(
  slot: SlotName,
  earlier: Series[],
  within: Series[],
  { isError, slowerThanSeconds }: { isError: RegExp; slowerThanSeconds: number | undefined },
): SlotCounts {
  const before = new Map(earlier.map((series) => [identity(series), series.samples[0]?.[1]]));
  let requests = 0;
  let errors = 0;
  let fast = 0;
  let buckets = 0;
  for (const series of within) {
    let increase: number;
    try {
      increase = counterIncrease(series.samples, before.get(identity(series)));
    } catch (cause) {
      throw new FleetError(`a counter of slot ${slot} holds something that is no count.`, {
        advice: `See what else exports ${requestsMetric} or ${durationsMetric} with this label.`,
        cause,
      });
    }
    if (series.labels.le !== undefined) {
      fast += increase;
      buckets++;
      continue;
    }
    requests += increase;
    if (isError.test(series.labels.status ?? '')) errors += increase;
  }
  if (slowerThanSeconds !== undefined && requests > 0 && buckets === 0)
    throw new FleetError(`the histogram of slot ${slot} has no bucket up to ${slowerThanSeconds} s.`, {
      advice: 'The two versions have different buckets: judge this release by hand.',
    });
  const slow = slowerThanSeconds === undefined ? 0 : Math.max(0, requests - fast);
  return { requests: Math.round(requests), errors: Math.round(errors), slow: Math.round(slow) };
}
