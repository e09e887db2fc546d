import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOutcomes, metricDefinitions, uploadOutcomes } from '../../../src/metrics/metric-definitions.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { createRegistry } from '../../../src/metrics/registry.ts';

describe('registry of metrics', () => {
  it('has every metric of the definitions', async () => {
    const { registry } = createRegistry();
    const page = await registry.metrics();
    for (const [name, { kind, help }] of Object.entries(metricDefinitions)) {
      assert.ok(page.includes(`# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`), name);
    }
  });

  it('starts every known outcome at 0, so that the first error is a rise', async () => {
    const { registry } = createRegistry();
    const page = await registry.metrics();
    for (const outcome of uploadOutcomes)
      assert.ok(page.includes(`inlet_uploads_total{outcome="${outcome}"} 0`));
    for (const channel of ['email', 'sms']) {
      for (const outcome of codeOutcomes)
        assert.ok(page.includes(`inlet_otp_codes_total{channel="${channel}",outcome="${outcome}"} 0`));
    }
    assert.doesNotMatch(page, /^inlet_(otp_codes|key_requests)_total\{[^,]*\}/m, 'half of the labels');
  });

  it('shows what every method of the facade reports', async () => {
    const { registry, apply } = createRegistry();
    const metrics = createMetrics(apply);
    metrics.httpRequest({ method: 'GET', route: '/v1/uploads/{id}', status: 404, seconds: 0.02 });
    metrics.upload('stalled');
    metrics.uploadBytes('wasted', 1234);
    metrics.feedback('replayed');
    metrics.notification('dead');
    metrics.outboxBacklog({ depth: 7, oldestSeconds: 90 });
    metrics.outboxBacklog({ depth: 3, oldestSeconds: 30 });
    metrics.rateLimited('uploads');
    const lines = (await registry.metrics()).split('\n');
    for (const line of [
      'inlet_http_requests_total{method="GET",route="/v1/uploads/{id}",status="404"} 1',
      'inlet_http_request_duration_seconds_bucket{le="0.01",method="GET",route="/v1/uploads/{id}"} 0',
      'inlet_http_request_duration_seconds_bucket{le="0.025",method="GET",route="/v1/uploads/{id}"} 1',
      'inlet_http_request_duration_seconds_sum{method="GET",route="/v1/uploads/{id}"} 0.02',
      'inlet_uploads_total{outcome="stalled"} 1',
      'inlet_upload_bytes_total{kind="wasted"} 1234',
      'inlet_feedback_total{outcome="replayed"} 1',
      'inlet_notifications_total{outcome="dead"} 1',
      'inlet_outbox_depth 3',
      'inlet_outbox_oldest_seconds 30',
      'inlet_rate_limited_total{rule="uploads"} 1',
    ]) {
      assert.ok(lines.includes(line), line);
    }
  });

  it('refuses a label that is not defined', () => {
    const { apply } = createRegistry();
    assert.throws(() => apply({ metric: 'inlet_uploads_total', labels: { path: '/x' }, value: 1 }));
  });
});
