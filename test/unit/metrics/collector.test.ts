import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type Collector, createCollector } from '../../../src/metrics/collector.ts';
import { createMetricForwarder, type MetricForwarder } from '../../../src/metrics/metric-forwarder.ts';
import { createMetrics, type Metrics } from '../../../src/metrics/metrics.ts';
import { createProcessMetrics } from '../../../src/metrics/process-metrics.ts';

const log = pino({ level: 'silent' });
const build = { version: '1.2.3', commit: 'abc', release: 'blue' };

describe('collector of metrics', { timeout: 30_000 }, () => {
  let folder: string;
  let socketPath: string;
  let totalsFile: string;
  let collectors: Collector[];
  let forwarders: MetricForwarder[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'inlet-metrics-'));
    socketPath = path.join(folder, 'metrics.sock');
    totalsFile = path.join(folder, 'metrics.json');
    collectors = [];
    forwarders = [];
  });

  afterEach(async () => {
    await Promise.all(forwarders.map((forwarder) => forwarder.close(0)));
    await Promise.all(collectors.map((collector) => collector.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  async function startCollector(): Promise<Collector> {
    const processMetrics = new Registry();
    const collector = await createCollector({ socketPath, totalsFile, processMetrics, log, saveMs: 60_000 });
    await collector.start();
    collectors.push(collector);
    return collector;
  }

  async function stopCollector(collector: Collector): Promise<void> {
    collectors = collectors.filter((other) => other !== collector);
    await collector.stop();
  }

  function startWorker({ worker = '0', keepBytes = 50_000_000 } = {}): {
    metrics: Metrics;
    forwarder: MetricForwarder;
    connected: Promise<void>;
  } {
    const connected = Promise.withResolvers<void>();
    const processMetrics = createProcessMetrics({ worker, build });
    const forwarder = createMetricForwarder({
      socketPath,
      log,
      keepBytes,
      processMetrics: () => {
        connected.resolve();
        return processMetrics.getMetricsAsJSON();
      },
    });
    forwarders.push(forwarder);
    return { metrics: createMetrics(forwarder.emit), forwarder, connected: connected.promise };
  }

  async function readValue(collector: Collector, series: string): Promise<number> {
    const line = (await collector.metrics()).split('\n').find((text) => text.startsWith(`${series} `));
    assert.ok(line, `${series} is there`);
    return Number(line.slice(series.length));
  }

  const complete = 'inlet_uploads_total{outcome="complete"}';

  it('sums up what any number of workers count', async () => {
    const collector = await startCollector();
    const workers = ['0', '1', '2'].map((worker) => startWorker({ worker }));
    await Promise.all(workers.map(({ connected }) => connected));
    for (const { metrics } of workers) {
      for (let i = 0; i < 100; i++) metrics.upload('complete');
      metrics.outboxBacklog({ depth: 5, oldestSeconds: 1 });
    }
    assert.equal(await readValue(collector, complete), 300);
    assert.equal(await readValue(collector, 'inlet_outbox_depth'), 5, 'one outbox, whoever reports it');
  });

  it('has counted what a worker reported right before it was killed', async () => {
    const collector = await startCollector();
    for (const count of [1, 10, 100]) {
      const before = await readValue(collector, complete);
      const child = fork(path.resolve(import.meta.dirname, '../../support/metrics-worker.ts'), [socketPath]);
      await once(child, 'message');
      child.send(count);
      const [, signal] = await once(child, 'exit');
      assert.equal(signal, 'SIGKILL');
      assert.equal((await readValue(collector, complete)) - before, count);
    }
  });

  it('gets what workers counted before it was there', async () => {
    const { metrics, connected } = startWorker();
    for (let i = 0; i < 2000; i++) metrics.upload('complete');
    const collector = await startCollector();
    await connected;
    assert.equal(await readValue(collector, complete), 2000);
  });

  it('loses nothing when it is replaced while workers count', async () => {
    const workers = [startWorker(), startWorker({ worker: '1' })];
    let collector = await startCollector();
    let counting = true;
    let counted = 0;
    const busy = (async () => {
      while (counting) {
        for (const { metrics } of workers) {
          metrics.upload('complete');
          counted += 1;
        }
        await new Promise(setImmediate);
      }
    })();
    for (let i = 0; i < 5; i++) {
      await stopCollector(collector);
      collector = await startCollector();
    }
    counting = false;
    await busy;
    await Promise.all(workers.map(({ forwarder }) => forwarder.close(10_000)));
    assert.equal(await readValue(collector, 'inlet_metrics_dropped_total'), 0);
    assert.equal(await readValue(collector, complete), counted);
  });

  it('keeps a bounded amount while the collector is away, and counts what it had to drop', async () => {
    const { metrics, connected } = startWorker({ keepBytes: 1000 });
    for (let i = 0; i < 500; i++) metrics.upload('complete');
    const collector = await startCollector();
    await connected;
    const kept = await readValue(collector, complete);
    assert.ok(kept > 0 && kept < 20, `${kept} lines fit into 1 000 bytes`);
    assert.equal(await readValue(collector, 'inlet_metrics_dropped_total'), 500 - kept);
  });

  it('sends the last counts of a worker that closes', async () => {
    const collector = await startCollector();
    const { metrics, forwarder } = startWorker();
    metrics.upload('complete');
    await forwarder.close();
    assert.equal(await readValue(collector, complete), 1);
  });

  it('keeps histograms whole over its own end', async () => {
    const first = await startCollector();
    const { metrics, forwarder, connected } = startWorker();
    await connected;
    const answered = { method: 'GET', route: '/health', status: 200 };
    metrics.httpRequest({ ...answered, seconds: 0.02 });
    await stopCollector(first);
    const second = await startCollector();
    metrics.httpRequest({ ...answered, seconds: 7 });
    await forwarder.close();
    const name = 'inlet_http_request_duration_seconds';
    const series = 'method="GET",route="/health"';
    assert.equal(await readValue(second, `${name}_bucket{le="0.025",${series}}`), 1);
    assert.equal(await readValue(second, `${name}_bucket{le="10",${series}}`), 2);
    assert.equal(await readValue(second, `${name}_count{${series}}`), 2);
    assert.equal(await readValue(second, `${name}_sum{${series}}`), 7.02);
  });

  it('has saved every total that it showed, so that its death makes no counter fall', async () => {
    const collector = await startCollector();
    const { metrics, connected } = startWorker();
    await connected;
    metrics.upload('complete');
    assert.equal(await readValue(collector, complete), 1);
    const totals = JSON.parse(await readFile(totalsFile, 'utf8')) as {
      name: string;
      values: { value: number }[];
    }[];
    const saved = totals.find(({ name }) => name === 'inlet_uploads_total')?.values ?? [];
    assert.equal(
      saved.reduce((sum, { value }) => sum + value, 0),
      1,
    );
  });

  it('starts at 0 when the saved totals cannot be read', async () => {
    await writeFile(totalsFile, '[{"name":"inlet_up');
    assert.equal(await readValue(await startCollector(), complete), 0);
  });

  it('shows the process of a worker only while it is connected', async () => {
    const collector = await startCollector();
    const { forwarder, connected } = startWorker({ worker: '7' });
    await connected;
    await forwarder.close();
    assert.doesNotMatch(await collector.metrics(), /worker="7"/);
    const { connected: again, metrics } = startWorker({ worker: '8' });
    await again;
    metrics.upload('complete');
    let page = await collector.metrics();
    while (!page.includes('worker="8"')) page = await collector.metrics();
    assert.match(page, /process_resident_memory_bytes\{worker="8"\} \d+/);
    assert.match(page, /inlet_build_info\{version="1.2.3",commit="abc",release="blue"\} 1/);
  });
});
