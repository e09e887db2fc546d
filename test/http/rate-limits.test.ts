import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertNothingStored, assertProblem } from '../support/checks.ts';
import { uploadHead } from '../support/multipart.ts';
import { rawRequest } from '../support/raw-request.ts';
import { startInlet } from '../support/start-inlet.ts';

const limits = { INLET_UPLOADS_PER_MINUTE: '3', INLET_FEEDBACK_PER_MINUTE: '2' };
const inlet = await startInlet({ ...limits, INLET_TRUSTED_HOPS: '1' });
after(() => inlet.stop());

/** An empty upload: it counts like any other, and leaves nothing to clean up. */
const upload = (forwarded?: string, process = inlet) =>
  process.fetch('/v1/uploads', {
    method: 'POST',
    headers: forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded },
  });
async function statuses(...forwarded: string[]): Promise<number[]> {
  const seen: number[] = [];
  for (const address of forwarded) {
    const answer = await upload(address);
    await answer.text();
    seen.push(answer.status);
  }
  return seen;
}

test('over the limit the answer is 429, and says when to come back and what the limit is', async () => {
  const address = '198.51.100.1';
  for (const remaining of [2, 1, 0]) {
    const answer = await upload(address);
    assert.equal(answer.headers.get('ratelimit-limit'), '3');
    assert.equal(answer.headers.get('ratelimit-remaining'), String(remaining));
    const reset = Number(answer.headers.get('ratelimit-reset'));
    assert.ok(reset >= 1 && reset <= 60, String(reset));
    assert.equal(answer.headers.get('retry-after'), null);
    await assertProblem(inlet, answer, 'POST /v1/uploads', 'empty_body');
  }
  const refused = await upload(address);
  assert.equal(refused.headers.get('ratelimit-remaining'), '0');
  assert.equal(refused.headers.get('retry-after'), refused.headers.get('ratelimit-reset'));
  assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d?$/);
  await assertProblem(inlet, refused, 'POST /v1/uploads', 'rate_limited');
  assert.equal(await inlet.metric('inlet_rate_limited_total', { rule: 'uploads' }), 1);
  await assertNothingStored(inlet);
});

test('a refused client that waits for 100-continue is not told to send', async () => {
  await statuses('198.51.100.2', '198.51.100.2', '198.51.100.2');
  const head = uploadHead({
    'Content-Length': 1000,
    Expect: '100-continue',
    'X-Forwarded-For': '198.51.100.2',
  });
  const answer = await rawRequest(inlet.port, [head]);
  assert.deepEqual(answer.interim, []);
  await assertProblem(inlet, answer, 'POST /v1/uploads', 'rate_limited');
});

test('limits are apart: by address, and by what is called', async () => {
  assert.deepEqual(
    await statuses('198.51.100.3', '198.51.100.3', '198.51.100.3', '198.51.100.3'),
    [400, 400, 400, 429],
  );
  assert.deepEqual(await statuses('198.51.100.4'), [400]);
  const headers = { 'X-Forwarded-For': '198.51.100.3', 'Content-Type': 'application/json' };
  const answer = await inlet.fetch('/v1/feedback', { method: 'POST', headers, body: '{' });
  await assertProblem(inlet, answer, 'POST /v1/feedback', 'invalid_json');
});

test('only the address that the trusted proxy added counts: inventing more to its left buys nothing', async () => {
  const invented = ['203.0.113.1', '203.0.113.2', 'nonsense', '2001:db8::1', ''].map(
    (left) => `${left}, 198.51.100.5`,
  );
  assert.deepEqual(await statuses(...invented), [400, 400, 400, 429, 429]);
});

test('a whole /64 of IPv6 is one client, and the next one is another', async () => {
  const own = ['2001:db8:7:7::1', '2001:db8:7:7:ffff::2', '2001:db8:7:7:1:2:3:4', '2001:DB8:7:7::abcd'];
  assert.deepEqual(await statuses(...own, '2001:db8:7:8::1'), [400, 400, 400, 429, 400]);
});

test('an IPv4 address in IPv6 form is the same client', async () => {
  const forms = ['198.51.100.6', '::ffff:198.51.100.6', '::FFFF:c633:6406', '198.51.100.6'];
  assert.deepEqual(await statuses(...forms), [400, 400, 400, 429]);
});

test('without a trusted proxy X-Forwarded-For changes nothing', async (t) => {
  const open = await startInlet({ ...limits, INLET_TRUSTED_HOPS: '0' });
  t.after(() => open.stop());
  const seen: number[] = [];
  for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4']) {
    const answer = await upload(address, open);
    await answer.text();
    seen.push(answer.status);
  }
  assert.deepEqual(seen, [400, 400, 400, 429]);
});

test('reading, health and documents are not limited', async () => {
  for (const path of ['/health', '/v1/uploads', '/docs']) {
    for (let count = 0; count < 10; count++) {
      const answer = await inlet.fetch(path, { headers: { 'X-Forwarded-For': '198.51.100.1' } });
      await answer.text();
      assert.notEqual(answer.status, 429);
      assert.equal(answer.headers.get('ratelimit-limit'), null);
    }
  }
});
