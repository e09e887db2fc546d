import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request from 'supertest';
import { createReadiness } from '../../../src/health/readiness.ts';
import { createInternalApp } from '../../../src/metrics/internal-app.ts';
import { createRegistry } from '../../../src/metrics/registry.ts';

const build = { version: '1.2.3', commit: 'abc', release: 'blue' };

function createTestApp(checks: Record<string, () => Promise<void>>, timeoutMs = 2000) {
  const { registry } = createRegistry();
  return createInternalApp({
    metrics: () => registry.metrics(),
    contentType: registry.contentType,
    ready: createReadiness(checks, { timeoutMs }),
    build,
  });
}

describe('internal port', () => {
  it('serves metrics in the format of Prometheus', async () => {
    const response = await request(createTestApp({})).get('/metrics').expect(200);
    assert.equal(response.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.match(response.text, /^inlet_outbox_depth 0$/m);
  });

  it('is ready when every check passes', async () => {
    const app = createTestApp({ objectStore: async () => {}, notifier: async () => {} });
    await request(app)
      .get('/ready')
      .expect(200, { ok: true, checks: { objectStore: 'ok', notifier: 'ok' } });
  });

  it('answers 503 and says what is wrong when a check fails or hangs', async () => {
    const app = createTestApp(
      {
        objectStore: async () => {
          throw new Error('unavailable', { cause: new Error('no such bucket') });
        },
        feedbackStore: () => new Promise(() => {}),
        notifier: async () => {},
      },
      20,
    );
    await request(app)
      .get('/ready')
      .expect(503, {
        ok: false,
        checks: {
          objectStore: 'unavailable: no such bucket',
          feedbackStore: 'no answer within 20 ms',
          notifier: 'ok',
        },
      });
  });

  it('asks the stores once a second at most, however often it is probed', async () => {
    let now = 0;
    let asked = 0;
    const ready = createReadiness(
      {
        store: async () => {
          asked += 1;
        },
      },
      { now: () => now },
    );
    await Promise.all([ready(), ready()]);
    now = 999;
    await ready();
    assert.equal(asked, 1);
    now = 1000;
    await ready();
    assert.equal(asked, 2);
  });

  it('says which build this is, and 404 to anything else', async () => {
    const app = createTestApp({});
    await request(app).get('/build').expect(200, build);
    await request(app).get('/v1/uploads').expect(404);
  });
});
