import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FleetError } from '../../../../scripts/fleet/fleet-error.ts';
import { compareSlots } from '../../../../scripts/fleet/judge/compare-slots.ts';
import { judgeRules } from '../../../../scripts/fleet/judge/judge-rules.ts';
import { createPrometheusSignals } from '../../../../scripts/fleet/judge/prometheus-signals.ts';
import type { SlotCounts, SlotSignals } from '../../../../scripts/fleet/judge/slot-signals.ts';
import { until } from '../../../support/until.ts';
import { noPrometheus, runPrometheus } from './run-prometheus.ts';
import { steppedInstance } from './stepped-instance.ts';

/** The counts once Prometheus has scraped so many requests. A scrape that sees more than were made would hang. */
const countsOf = (
  signals: SlotSignals,
  slot: 'a' | 'b',
  { from, requests, slower = 0.25 }: { from: Date; requests: number; slower?: number },
): Promise<SlotCounts> =>
  until(async () => {
    const counts = await signals.counts(slot, { from, to: new Date() }, slower).catch((error) => {
      if (error instanceof FleetError) return undefined;
      throw error;
    });
    return counts?.requests === requests ? counts : undefined;
  });

const anHourAgo = () => new Date(Date.now() - 3_600_000);

describe('signals from a real Prometheus', { skip: noPrometheus, timeout: 60_000 }, () => {
  it('counts what each slot did in the window, to the single request', async () => {
    await using live = await steppedInstance();
    await using otherLive = await steppedInstance();
    await using canary = await steppedInstance();
    await using quiet = await steppedInstance();
    live.serve(990, { status: 200, seconds: 0.01 });
    live.serve(10, { status: 500, seconds: 3 });
    await using prometheus = await runPrometheus([
      { target: live.target, labels: { fleet: 'prod', slot: 'a' } },
      { target: otherLive.target, labels: { fleet: 'prod', slot: 'a' } },
      { target: canary.target, labels: { fleet: 'prod', slot: 'b' } },
      { target: quiet.target, labels: { fleet: 'quiet', slot: 'b' } },
    ]);
    const ofFleet = (fleet: string) => createPrometheusSignals({ url: prometheus.url, labels: { fleet } });
    const signals = ofFleet('prod');

    // What was before the window is not in it.
    await countsOf(signals, 'a', { from: anHourAgo(), requests: 1000 });
    const from = new Date();
    // A scrape that was under way at that moment has its answer before anything changes.
    await Promise.all([live.scraped(), otherLive.scraped(), canary.scraped()]);
    live.serve(300, { status: 200, seconds: 0.05 });
    live.serve(20, { status: 404, seconds: 0.2 });
    otherLive.serve(80, { status: 200, seconds: 0.7 });
    live.serve(5000, { route: '/health', status: 200, seconds: 9 });
    assert.deepEqual(await countsOf(signals, 'a', { from, requests: 400 }), {
      requests: 400,
      errors: 0,
      slow: 80,
    });

    // The first values of new counters count in full: that is where the first errors of a version are.
    canary.serve(40, { status: 200, seconds: 0.05 });
    canary.serve(10, { status: 503, seconds: 0.8 });
    canary.serve(700, { route: '/health', status: 503, seconds: 0.8 });
    assert.deepEqual(await countsOf(signals, 'b', { from, requests: 50 }), {
      requests: 50,
      errors: 10,
      slow: 10,
    });

    // Restarts lose nothing that was scraped.
    canary.restart();
    canary.serve(2, { status: 503, seconds: 0.05 });
    assert.deepEqual(await countsOf(signals, 'b', { from, requests: 52 }), {
      requests: 52,
      errors: 12,
      slow: 10,
    });

    // A bound that is a whole number, which newer versions of Prometheus spell 1.0.
    canary.serve(2, { status: 200, seconds: 2 });
    const beyondOne = await countsOf(signals, 'b', { from, requests: 54, slower: 1 });
    assert.equal(beyondOne.slow, 2);
    const errorsAlone = await signals.counts('b', { from, to: new Date() }, undefined);
    assert.deepEqual(errorsAlone, { requests: 54, errors: 12, slow: 0 });

    const verdict = await compareSlots({
      signals,
      live: 'a',
      canary: 'b',
      window: { from, to: new Date() },
      rules: judgeRules(),
      names: { live: 'v7', canary: 'v8' },
    });
    assert.match(
      verdict.reasons[0] ?? '',
      /^canary v8: 22\.2 % of 54 requests failed, live v7: 0\.0 % of 400/,
    );
    assert.equal(verdict.outcome, 'fail');

    const now = { from, to: new Date() };
    assert.deepEqual(await ofFleet('quiet').counts('b', now, 0.25), { requests: 0, errors: 0, slow: 0 });
    await assert.rejects(
      ofFleet('quiet').counts('a', now, 0.25),
      (error: unknown) =>
        error instanceof FleetError &&
        /no instance of slot a was scraped/.test(error.message) &&
        /slot="a"/.test(error.advice ?? ''),
    );
    await assert.rejects(signals.counts('b', now, 0.3), /no bucket up to 0.3 s/);
  });

  it('finds the threshold among the bounds of the histogram, and none where there was no traffic', async () => {
    await using live = await steppedInstance();
    await using slow = await steppedInstance();
    live.serve(1, { status: 200, seconds: 0.05 });
    slow.serve(1, { status: 200, seconds: 5 });
    await using prometheus = await runPrometheus([
      { target: live.target, labels: { slot: 'a' } },
      { target: slow.target, labels: { slot: 'b' } },
    ]);
    const signals = createPrometheusSignals({ url: prometheus.url });
    await countsOf(signals, 'a', { from: anHourAgo(), requests: 1 });
    await countsOf(signals, 'b', { from: anHourAgo(), requests: 1 });
    const from = anHourAgo();
    live.serve(94, { status: 200, seconds: 0.05 });
    live.serve(2, { status: 200, seconds: 0.2 });
    live.serve(4, { status: 200, seconds: 30 });
    slow.serve(100, { status: 200, seconds: 5 });
    await countsOf(signals, 'a', { from, requests: 101 });
    await countsOf(signals, 'b', { from, requests: 101 });
    const window = { from, to: new Date() };
    assert.equal(await signals.latencyThreshold('a', window, 0.9), 0.1);
    assert.equal(await signals.latencyThreshold('a', window, 0.95), 0.25);
    assert.equal(await signals.latencyThreshold('a', window, 0.99), undefined);
    assert.equal(await signals.latencyThreshold('b', window, 0.95), undefined);
    const before = { from: new Date(Date.now() - 7_200_000), to: new Date(Date.now() - 3_600_000) };
    assert.equal(await signals.latencyThreshold('a', before, 0.95), undefined);
  });
});
