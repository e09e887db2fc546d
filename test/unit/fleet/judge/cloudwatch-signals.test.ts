import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FleetError } from '../../../../scripts/fleet/fleet-error.ts';
import { createCloudWatchSignals } from '../../../../scripts/fleet/judge/cloudwatch-signals.ts';
import {
  type CloudWatchStandIn,
  cloudWatchStandIn,
  type LoadBalancerMinute,
  type Reply,
} from './cloudwatch-stand-in.ts';

const loadBalancer = 'app/inlet-prod/0123456789abcdef';
const targetGroups = {
  a: 'targetgroup/inlet-prod-a/0123456789abcdef',
  b: 'targetgroup/inlet-prod-b/fedcba9876543210',
};

const noon = Date.parse('2026-03-01T12:00:00Z');
const at = (minutes: number, seconds = 0) => noon + minutes * 60_000 + seconds * 1000;
const window = (from: number, to: number) => ({ from: new Date(from), to: new Date(to) });

const signalsOf = (standIn: CloudWatchStandIn, now: number) =>
  createCloudWatchSignals({ client: standIn.client, loadBalancer, targetGroups, now: () => new Date(now) });

/** 100 requests a minute in slot b, 10 of them over a second. */
const steady = (count: number): LoadBalancerMinute[] =>
  Array.from({ length: count }, (_, index) => ({
    at: at(index),
    targetGroup: targetGroups.b,
    requests: 100,
    times: [...Array<number>(90).fill(0.05), ...Array<number>(10).fill(1.5)],
  }));

describe('signals from CloudWatch', () => {
  it('sums up what the load balancer reports for the slot’s target group', async () => {
    const quiet = { at: at(2), targetGroup: targetGroups.b, requests: 0 };
    const [first, second, , fourth] = steady(4);
    assert.ok(first && second && fourth);
    await using standIn = await cloudWatchStandIn([
      { ...first, errors: 3 },
      { ...second, unconnected: 4 },
      quiet,
      fourth,
      { at: at(1), targetGroup: targetGroups.a, requests: 900, errors: 900, times: [9] },
    ]);
    const signals = signalsOf(standIn, at(20));
    assert.deepEqual(await signals.counts('b', window(at(0), at(4)), 0.25), {
      requests: 300,
      errors: 7,
      slow: 30,
    });
    assert.deepEqual(await signals.counts('b', window(at(0), at(4)), 1.5), {
      requests: 300,
      errors: 7,
      slow: 0,
    });
    assert.deepEqual(await signals.counts('b', window(at(0), at(4)), undefined), {
      requests: 300,
      errors: 7,
      slow: 0,
    });
  });

  it('takes a counter without values for 0, and a slot without any for one without requests', async () => {
    await using standIn = await cloudWatchStandIn(steady(2));
    const signals = signalsOf(standIn, at(20));
    assert.deepEqual(await signals.counts('b', window(at(0), at(2)), 9), {
      requests: 200,
      errors: 0,
      slow: 0,
    });
    assert.deepEqual(await signals.counts('a', window(at(0), at(2)), 9), { requests: 0, errors: 0, slow: 0 });
  });

  it('asks only for whole minutes that are complete', async () => {
    await using standIn = await cloudWatchStandIn(steady(10));
    // 12:00:30 until now, 12:06:10, of which the last two minutes may be incomplete: 12:01 up to 12:04.
    const counts = await signalsOf(standIn, at(6, 10)).counts('b', window(at(0, 30), at(6, 10)), undefined);
    assert.equal(counts.requests, 300);
    assert.deepEqual(
      standIn.requests.map(({ StartTime, EndTime }) => [StartTime * 1000, EndTime * 1000]),
      [[at(1), at(4)]],
    );
  });

  it('says that it is too early, and asks nothing, while no minute is complete', async () => {
    await using standIn = await cloudWatchStandIn(steady(10));
    const early = signalsOf(standIn, at(3, 50)).counts('b', window(at(0, 30), at(3, 50)), 1);
    await assert.rejects(
      early,
      (error: unknown) =>
        error instanceof FleetError && /no minute of this window is complete/.test(error.message),
    );
    assert.equal(standIn.requests.length, 0);
  });

  it('reads every page', async () => {
    await using standIn = await cloudWatchStandIn(steady(60), { pageSize: 7 });
    const counts = await signalsOf(standIn, at(90)).counts('b', window(at(0), at(60)), 0.25);
    assert.deepEqual(counts, { requests: 6000, errors: 0, slow: 600 });
    assert.equal(standIn.requests.length, 9);
  });

  it('has never more errors than requests', async () => {
    await using standIn = await cloudWatchStandIn([
      { at: at(0), targetGroup: targetGroups.b, requests: 10, errors: 8, unconnected: 8 },
    ]);
    const counts = await signalsOf(standIn, at(9)).counts('b', window(at(0), at(1)), 1);
    assert.deepEqual(counts, { requests: 10, errors: 10, slow: 0 });
  });

  it('takes the threshold from percentiles of five minutes, of one where there are no five', async () => {
    const minutes = steady(12).map((minute) => ({ ...minute, times: [0.1, 0.2, 0.3, 0.4] }));
    const spike = { at: at(12), targetGroup: targetGroups.b, requests: 20, times: [60] };
    await using standIn = await cloudWatchStandIn([...minutes, spike]);
    const signals = signalsOf(standIn, at(60));
    assert.equal(await signals.latencyThreshold('b', window(at(0), at(15)), 0.95), 0.4);
    assert.equal(await signals.latencyThreshold('b', window(at(1), at(4)), 0.5), 0.2);
    assert.equal(await signals.latencyThreshold('a', window(at(0), at(15)), 0.95), undefined);
    assert.deepEqual(
      standIn.requests.flatMap(({ MetricDataQueries }) =>
        MetricDataQueries.map(({ MetricStat }) => `${MetricStat.Stat} ${MetricStat.Period}`),
      ),
      ['Sum 300', 'p95 300', 'Sum 60', 'p50 60', 'Sum 300', 'p95 300'],
    );
  });
});

describe('figures from CloudWatch with holes in them', () => {
  const spoilt = async (change: (reply: Reply) => Reply, message: RegExp, advice: RegExp) => {
    await using standIn = await cloudWatchStandIn(steady(3), { change });
    await assert.rejects(signalsOf(standIn, at(9)).counts('b', window(at(0), at(3)), 1), (error: unknown) => {
      assert.ok(error instanceof FleetError);
      assert.match(error.message, message);
      assert.match(error.advice ?? '', advice);
      return true;
    });
  };
  type Body = { MetricDataResults: { StatusCode: string }[] };
  const withStatus = (StatusCode: string) => (reply: Reply) => ({
    body: {
      MetricDataResults: (reply.body as Body).MetricDataResults.map((result) => ({ ...result, StatusCode })),
    },
  });
  const refusal = (type: string) => () => ({
    status: 400,
    body: { __type: `com.amazonaws.cloudwatch#${type}`, message: 'No.' },
  });

  it('are refused where a metric is partial, failed or forbidden', async () => {
    for (const status of ['PartialData', 'InternalError', 'Forbidden'])
      await spoilt(withStatus(status), new RegExp(`only a part .*requests is ${status}`), /Ask again/);
  });

  it('are refused where a metric is missing', () =>
    spoilt(() => ({ body: { MetricDataResults: [] } }), /requests is missing/, /Ask again/));

  it('are refused where CloudWatch says that it left something out', () =>
    spoilt(
      (reply) => ({
        body: { ...(reply.body as Body), Messages: [{ Code: 'MaxMetricsExceeded', Value: 'too many' }] },
      }),
      /MaxMetricsExceeded: too many/,
      /Ask again/,
    ));

  it('name the permission that is lacking, and the sign-in that ran out', async () => {
    await spoilt(refusal('AccessDeniedException'), /AccessDenied/, /cloudwatch:GetMetricData/);
    await spoilt(refusal('ExpiredTokenException'), /ExpiredToken/, /Sign in/);
    await spoilt(refusal('Throttling'), /Throttling/, /Ask again/);
  });
});
