import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';

const site = 'https://www.example.org';
const shop = 'https://shop.example.org';
const inlet = await startInlet({ INLET_ALLOWED_ORIGINS: `${site}, ${shop}` });
after(() => inlet.stop());

const preflight = (origin: string, method = 'POST', path = '/v1/uploads') =>
  inlet.fetch(path, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': method,
      'Access-Control-Request-Headers': 'content-type,x-api-key',
    },
  });
const listed = (answer: Response, name: string) =>
  (answer.headers.get(name) ?? '').split(',').map((item) => item.trim().toLowerCase());

for (const origin of [site, shop]) {
  test(`a page of ${origin} may call: the preflight says how`, async () => {
    const answer = await preflight(origin);
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get('access-control-allow-origin'), origin);
    assert.equal(answer.headers.get('access-control-allow-credentials'), null);
    assert.equal(answer.headers.get('access-control-max-age'), '7200');
    assert.match(answer.headers.get('vary') ?? '', /\bOrigin\b/);
    for (const method of ['get', 'head', 'post', 'patch', 'delete']) {
      assert.ok(listed(answer, 'access-control-allow-methods').includes(method), method);
    }
    for (const header of ['content-type', 'content-disposition', 'idempotency-key', 'x-api-key', 'range']) {
      assert.ok(listed(answer, 'access-control-allow-headers').includes(header), header);
    }
  });
}

const strangers = [
  'https://evil.example',
  'http://www.example.org',
  `${site}.evil.example`,
  `${site}:8443`,
  'null',
];
for (const origin of strangers) {
  test(`a page of ${origin} may not: no answer allows its origin`, async () => {
    for (const answer of [
      await preflight(origin),
      await inlet.fetch('/health', { headers: { Origin: origin } }),
    ]) {
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
      await answer.text();
    }
  });
}

test('an upload from an allowed page can be read by it, with the headers that scripts need', async () => {
  const answer = await inlet.fetch('/v1/uploads', {
    method: 'POST',
    body: jpeg(),
    headers: { Origin: site },
  });
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get('access-control-allow-origin'), site);
  const exposed = listed(answer, 'access-control-expose-headers');
  for (const header of [
    'x-request-id',
    'x-inlet-release',
    'etag',
    'location',
    'retry-after',
    'repr-digest',
  ]) {
    assert.ok(exposed.includes(header), header);
  }
  await answer.text();
});

test('a problem can be read by an allowed page too', async () => {
  const answer = await inlet.fetch('/v1/uploads', { headers: { Origin: site } });
  assert.equal(answer.headers.get('access-control-allow-origin'), site);
  await assertProblem(inlet, answer, 'GET /v1/uploads', 'unauthorized');
});

test('`*` lets every page call, still without credentials', async (t) => {
  const open = await startInlet({ INLET_ALLOWED_ORIGINS: '*' });
  t.after(() => open.stop());
  const answer = await open.fetch('/health', { headers: { Origin: 'https://anywhere.example' } });
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  assert.equal(answer.headers.get('access-control-allow-credentials'), null);
  await answer.text();
});

test('without any allowed origin no page of another one may call', async (t) => {
  const closed = await startInlet();
  t.after(() => closed.stop());
  const answer = await closed.fetch('/health', { headers: { Origin: site } });
  assert.equal(answer.headers.get('access-control-allow-origin'), null);
  await answer.text();
});
