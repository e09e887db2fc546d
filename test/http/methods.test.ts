import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { uploadHead } from '../support/multipart.ts';
import { rawRequest } from '../support/raw-request.ts';
import { startInlet } from '../support/start-inlet.ts';

const inlet = await startInlet();
after(() => inlet.stop());

const id = '00000000-0000-4000-8000-000000000000';
const allowed: Record<string, string> = {
  '/v1/uploads': 'POST, GET, HEAD, OPTIONS',
  [`/v1/uploads/${id}`]: 'GET, DELETE, HEAD, OPTIONS',
  [`/v1/uploads/${id}/content`]: 'GET, HEAD, OPTIONS',
  '/v1/feedback': 'POST, GET, HEAD, OPTIONS',
  '/v1/feedback/stats': 'GET, HEAD, OPTIONS',
  '/health': 'GET, HEAD, OPTIONS',
  '/docs': 'GET, HEAD, OPTIONS',
  '/docs/errors': 'GET, HEAD, OPTIONS',
  '/openapi.json': 'GET, HEAD, OPTIONS',
};

for (const [path, allow] of Object.entries(allowed)) {
  test(`${path.replace(id, '{id}')} says which methods it has, also to a method that it has not`, async () => {
    const options = await inlet.fetch(path, { method: 'OPTIONS' });
    assert.equal(options.status, 204);
    assert.equal(options.headers.get('allow'), allow);
    for (const method of ['PUT', 'PATCH', 'PROPFIND', 'DELETE', 'POST']) {
      if (allow.includes(method)) continue;
      const answer = await inlet.fetch(path, { method });
      assert.equal(answer.headers.get('allow'), allow);
      await assertProblem(inlet, answer, `${method} ${path}`, 'method_not_allowed');
    }
  });
}

const nowhere = [
  '/nope',
  '/v1',
  '/v1/',
  '/v1/uploads/',
  '/v1//uploads',
  '/V1/uploads',
  '/v1/otp/',
  '/.env',
  '/%2e%2e/package.json',
  '/docs/ui/..%2fpackage.json',
  '/docs/ui/package.json',
  '/src/main.ts',
  '/..%5c..%5cwindows',
  '/%00',
];
for (const path of nowhere) {
  test(`${path} is nothing, for every method`, async () => {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      const answer = await rawRequest(inlet.port, `${method} ${path} HTTP/1.1\r\nHost: inlet.test\r\n\r\n`);
      const problem = await assertProblem(inlet, answer, `${method} ${path}`, 'not_found');
      assert.equal(problem.instance, path);
    }
  });
}

for (const path of [
  '/%ZZ',
  '/%',
  '/v1/uploads/%ZZ',
  '/v1/%FF',
  `/v1/uploads/${id}%C3/content`,
  '/docs/%E0%A4%A',
]) {
  test(`${path} has a broken escape, which is a bad request everywhere`, async () => {
    const answer = await rawRequest(inlet.port, `GET ${path}?x=%ZZ HTTP/1.1\r\nHost: inlet.test\r\n\r\n`);
    const problem = await assertProblem(inlet, answer, `GET ${path}`, 'invalid_request');
    assert.equal(problem.instance, path);
  });
}

test('HEAD is GET without a body', async () => {
  for (const path of ['/health', '/docs', '/docs/errors', '/openapi.json', '/']) {
    const [head, get] = [await inlet.fetch(path, { method: 'HEAD' }), await inlet.fetch(path)];
    assert.equal(head.status, 200, path);
    assert.equal(await head.text(), '');
    assert.equal(head.headers.get('content-length'), String((await get.arrayBuffer()).byteLength), path);
    assert.equal(head.headers.get('content-type'), get.headers.get('content-type'));
  }
  const problem = await inlet.fetch('/v1/uploads', { method: 'HEAD' });
  assert.equal(problem.status, 401);
  assert.equal(await problem.text(), '');
});

test('an Accept that excludes every answer is refused, and one that does not is fine', async () => {
  const key = { 'X-Api-Key': inlet.key };
  for (const accept of ['image/png', 'application/xml', 'application/json;q=0']) {
    const answer = await inlet.fetch('/v1/uploads', { headers: { ...key, Accept: accept } });
    await assertProblem(inlet, answer, 'GET /v1/uploads', 'not_acceptable');
  }
  const page = await inlet.fetch('/v1/uploads', { headers: { ...key, Accept: 'text/html' } });
  assert.equal(page.status, 406);
  assert.match(await page.text(), /406 not_acceptable/);
  for (const accept of ['*/*', 'application/*', 'text/html, application/json;q=0.1', '']) {
    const answer = await inlet.fetch('/v1/uploads', { headers: { ...key, Accept: accept } });
    assert.equal(answer.status, 200, accept);
    await answer.text();
  }
});

test('health is there for whoever asks, without a key and in any way', async () => {
  for (const headers of [{}, { Accept: 'text/html' }, { 'User-Agent': 'ELB-HealthChecker/2.0' }]) {
    const answer = await inlet.fetch('/health', { headers, redirect: 'error' });
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { status: 'ok' });
  }
});

test('JSON bodies of another type or a broken one are refused', async () => {
  const target = `/v1/feedback/${id}`;
  const patch = (body: string | undefined, type: string) =>
    inlet.fetch(target, {
      method: 'PATCH',
      headers: { 'X-Api-Key': inlet.key, 'Content-Type': type },
      ...(body !== undefined && { body }),
    });
  const call = `PATCH ${target}`;
  await assertProblem(
    inlet,
    await patch('status=read', 'application/x-www-form-urlencoded'),
    call,
    'unsupported_media_type',
  );
  await assertProblem(
    inlet,
    await patch('{}', 'application/json; charset=utf-16'),
    call,
    'unsupported_media_type',
  );
  await assertProblem(inlet, await patch(undefined, 'application/json'), call, 'empty_body');
  await assertProblem(inlet, await patch('{', 'application/json'), call, 'invalid_json');
  await assertProblem(inlet, await patch('{}', 'application/json'), call, 'validation_failed');
  await assertProblem(
    inlet,
    await patch('{"status":"read"}', 'application/json'),
    call,
    'feedback_not_found',
  );
  const large = JSON.stringify({ status: 'x'.repeat(300_000) });
  await assertProblem(inlet, await patch(large, 'application/json'), call, 'too_large');
});

test('an expectation that nobody knows is refused on every route', async () => {
  const get = 'GET /health HTTP/1.1\r\nHost: inlet.test\r\nExpect: a-miracle\r\n\r\n';
  await assertProblem(inlet, await rawRequest(inlet.port, get), 'GET /health', 'expectation_failed');
  const post = uploadHead({ Expect: 'a-miracle', 'Content-Length': 5 }, '/v1/feedback');
  await assertProblem(inlet, await rawRequest(inlet.port, [post]), 'POST /v1/feedback', 'expectation_failed');
});
