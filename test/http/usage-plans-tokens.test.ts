import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { withKeys } from '../support/inlet-keys.ts';
import { startJwksServer } from '../support/jwks-server.ts';
import { aPlan } from '../support/records.ts';
import { startInlet } from '../support/start-inlet.ts';

const issuer = await startJwksServer();
after(() => issuer.stop());
const inlet = await startInlet({
  INLET_JWT_ISSUER: issuer.issuer,
  INLET_JWT_AUDIENCE: 'inlet',
  INLET_JWT_PLAN: 'tokens',
});
after(() => inlet.stop());
await withKeys(inlet, (_keys, plans) =>
  plans.create(aPlan({ name: 'tokens', rate: 0.001, burst: 2, quota: 100, scopes: ['feedback:read'] })),
);

const call = 'GET /v1/feedback';
const tokenOf = (client: string | undefined, scope = 'feedback:read uploads:read', subject = 'u1') =>
  issuer.sign({ aud: 'inlet', ...(client && { client_id: client }), sub: subject, scope });
const ask = (token: string, target = '/v1/feedback') =>
  inlet.fetch(target, { headers: { Authorization: `Bearer ${token}` } });
const challengeOf = (answer: Response) => answer.headers.get('www-authenticate');

test('callers with tokens have the plan of the configuration, each client a bucket of its own', async () => {
  const [one, other] = [await tokenOf('one'), await tokenOf('other')];
  for (const remaining of ['1', '0']) {
    const answer = await ask(one);
    assert.equal(answer.status, 200, await answer.text());
    assert.equal(answer.headers.get('ratelimit-remaining'), remaining);
  }
  await assertProblem(inlet, await ask(await tokenOf('one')), call, 'rate_limited');
  const usage = (await (await ask(other, '/v1/usage')).json()) as Record<string, unknown>;
  assert.equal(usage.key, 'client:other');
  assert.deepEqual([usage.requests, usage.quotaLeft], [1, 99]);
  assert.equal(await inlet.metric('inlet_key_requests_total', { key: 'client:one', outcome: 'allowed' }), 2);
});

test('users are one series of the metric, because they are any number', async () => {
  for (const subject of ['anna', 'ben']) {
    const answer = await ask(await tokenOf(undefined, 'feedback:read', subject));
    assert.equal(answer.status, 200, await answer.text());
  }
  assert.equal(await inlet.metric('inlet_key_requests_total', { key: 'subject', outcome: 'allowed' }), 2);
});

test('the plan caps the scopes of tokens too, and the refusal names the scope that is missing', async () => {
  const answer = await ask(await tokenOf('third'), '/v1/uploads');
  assert.equal(challengeOf(answer), 'Bearer realm="inlet", error="insufficient_scope", scope="uploads:read"');
  await assertProblem(inlet, answer, 'GET /v1/uploads', 'forbidden');
});

test('a refusal asks for a token where tokens are taken, and says what was wrong with one (RFC 6750)', async (t) => {
  const nothing = await inlet.fetch('/v1/feedback');
  assert.equal(challengeOf(nothing), 'Bearer realm="inlet"');
  await assertProblem(inlet, nothing, call, 'unauthorized');
  const badKey = await inlet.fetch('/v1/feedback', { headers: { 'X-Api-Key': 'nonsense' } });
  assert.equal(challengeOf(badKey), 'Bearer realm="inlet"');
  await assertProblem(inlet, badKey, call, 'unauthorized');
  const badToken = await ask('nonsense');
  assert.equal(challengeOf(badToken), 'Bearer realm="inlet", error="invalid_token"');
  await assertProblem(inlet, badToken, call, 'token_invalid');

  const keysOnly = await startInlet();
  t.after(() => keysOnly.stop());
  const plain = await keysOnly.fetch('/v1/feedback', { headers: { Authorization: 'Bearer x' } });
  assert.equal(challengeOf(plain), null);
  await assertProblem(keysOnly, plain, call, 'unauthorized');
});

test('a token with the scope for it makes feedback trusted, and a bad one is refused', async () => {
  const send = (token: string) =>
    inlet.fetch('/v1/feedback', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ message: 'The clock in the hall is slow.' }),
    });
  const answer = await send(await tokenOf('sender', 'feedback:create'));
  assert.equal(answer.status, 201, await answer.text());
  assert.equal(answer.headers.get('ratelimit-limit'), '2');
  await assertProblem(inlet, await send('nonsense'), 'POST /v1/feedback', 'token_invalid');
});
