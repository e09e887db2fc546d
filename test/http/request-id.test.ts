import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startInlet } from '../support/start-inlet.ts';

const inlet = await startInlet({ INLET_RELEASE: '2026.11.21-abc', INLET_COMMIT: 'abc' });
after(() => inlet.stop());

const idFor = async (headers: Record<string, string>) => {
  const answer = await inlet.fetch('/nope', { headers });
  const { requestId } = (await answer.json()) as { requestId: string };
  assert.equal(answer.headers.get('x-request-id'), requestId);
  return requestId;
};
const made = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

test('a good id is kept in the answer, in the problem and in the log', async () => {
  assert.equal(await idFor({ 'X-Request-Id': 'order-42/a' }), 'order-42/a');
  const line = await inlet.logged(({ requestId }) => requestId === 'order-42/a');
  assert.equal(line.status, 404);
});

test('a bad one is replaced', async () => {
  for (const id of ['has blanks', '<script>', 'x'.repeat(129), '{"a":1}']) {
    assert.match(await idFor({ 'X-Request-Id': id }), made);
  }
});

test('without one, the trace of the load balancer is taken', async () => {
  const trace = 'Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678';
  assert.equal(await idFor({ 'X-Amzn-Trace-Id': trace }), '1-67891233-abcdef012345678912345678');
  assert.match(await idFor({ 'X-Amzn-Trace-Id': 'nonsense' }), made);
});

test('every answer says which release gave it, and none says what it is built with', async () => {
  const calls = [
    ['GET', '/health'],
    ['GET', '/'],
    ['GET', '/docs'],
    ['GET', '/docs/ui/swagger-ui.css'],
    ['GET', '/openapi.json'],
    ['GET', '/nope'],
    ['GET', '/v1/uploads'],
    ['PUT', '/v1/uploads'],
    ['OPTIONS', '/v1/uploads'],
    ['POST', '/v1/uploads'],
    ['POST', '/v1/feedback'],
  ] as const;
  for (const [method, path] of calls) {
    const answer = await inlet.fetch(path, { method });
    await answer.text();
    assert.equal(answer.headers.get('x-inlet-release'), '2026.11.21-abc', path);
    assert.ok(answer.headers.get('x-request-id'), path);
    assert.equal(answer.headers.get('x-powered-by'), null, path);
    assert.equal(answer.headers.get('server'), null, path);
  }
  for (const path of ['/metrics', '/ready', '/build', '/nope']) {
    const answer = await fetch(inlet.internalUrl + path);
    await answer.text();
    assert.equal(answer.headers.get('x-powered-by'), null, path);
  }
});

test('every answer carries the headers that keep browsers from guessing and framing', async () => {
  for (const path of ['/health', '/', '/docs', '/docs/errors', '/nope', '/v1/uploads']) {
    const { headers } = await inlet.fetch(path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('x-frame-options'), 'SAMEORIGIN', path);
    assert.equal(headers.get('referrer-policy'), 'no-referrer', path);
    assert.match(headers.get('strict-transport-security') ?? '', /^max-age=31536000/, path);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'self'/, path);
    assert.match(policy, /frame-ancestors 'self'/, path);
    assert.doesNotMatch(policy, /unsafe|upgrade-insecure-requests|https?:/, path);
  }
});
