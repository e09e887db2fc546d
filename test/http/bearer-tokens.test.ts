import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { albToken, startAlbKeyServer } from '../support/alb-key-server.ts';
import { assertProblem } from '../support/checks.ts';
import { startJwksServer } from '../support/jwks-server.ts';
import { startInlet } from '../support/start-inlet.ts';

const issuer = await startJwksServer();
const inlet = await startInlet({
  INLET_JWT_ISSUER: issuer.issuer,
  INLET_JWT_AUDIENCE: 'app-1,inlet',
  INLET_JWT_SCOPE_PREFIX: 'inlet/',
});
after(async () => {
  await inlet.stop();
  await issuer.stop();
});

/** What Cognito puts into the access token of a program. */
const claims = { token_use: 'access', client_id: 'app-1', sub: 'app-1', version: 2 };
const list = (token: string, headers = {}) =>
  inlet.fetch('/v1/feedback', { headers: { Authorization: `Bearer ${token}`, ...headers } });
const call = 'GET /v1/feedback';

test('a token with the scope is as good as a key', async () => {
  const answer = await list(await issuer.sign({ ...claims, scope: 'inlet/feedback:read' }));
  assert.equal(answer.status, 200, await answer.clone().text());
  assert.deepEqual(await answer.json(), { items: [], nextCursor: null });
});

test('the log names the client, and never the token', async () => {
  const token = await issuer.sign({ ...claims, scope: 'inlet/feedback:read' });
  const answer = await list(token);
  const requestId = answer.headers.get('x-request-id');
  const line = await inlet.logged((entry) => entry.msg === 'request' && entry.requestId === requestId);
  assert.equal(line.keyId, 'client:app-1');
  assert.ok(!inlet.output().includes(token.split('.')[2] ?? assert.fail()));
});

test('a token without the scope is told so', async () => {
  for (const scope of ['feedback:read', 'inlet/feedback:write', undefined]) {
    const answer = await list(await issuer.sign({ ...claims, scope }));
    await assertProblem(inlet, answer, call, 'forbidden');
  }
});

test('a bad token is refused with a challenge', async () => {
  const good = await issuer.sign({ ...claims, scope: 'inlet/feedback:read' });
  const late = await issuer.sign({ ...claims, scope: 'inlet/feedback:read', exp: 1 });
  for (const token of ['x', `${good}x`, late]) {
    const answer = await list(token);
    assert.match(answer.headers.get('www-authenticate') ?? '', /\bBearer\b.*error="invalid_token"/);
    await assertProblem(inlet, answer, call, 'token_invalid');
  }
});

test('an ID token is refused', async () => {
  const token = await issuer.sign({ token_use: 'id', aud: 'app-1', sub: 'u', scope: 'inlet/feedback:read' });
  const problem = await assertProblem(inlet, await list(token), call, 'token_invalid');
  assert.match(problem.detail ?? '', /access token/);
});

test('no load balancer is believed unless its ARN is set', async () => {
  const answer = await inlet.fetch('/v1/feedback', { headers: { 'X-Amzn-Oidc-Data': 'a.b.c' } });
  await assertProblem(inlet, answer, call, 'unauthorized');
});

test('a request with a key is judged by the key', async () => {
  const good = await issuer.sign({ ...claims, scope: 'inlet/feedback:read' });
  assert.equal((await list('x', { 'X-Api-Key': inlet.key })).status, 200);
  await assertProblem(inlet, await list(good, { 'X-Api-Key': 'wrong' }), call, 'unauthorized');
});

test('without the keys of the issuer no token is judged, and the log says why', async () => {
  const other = await startJwksServer();
  const own = await startInlet({ INLET_JWT_ISSUER: other.issuer, INLET_JWT_AUDIENCE: 'app-1' });
  const ask = async () => {
    const token = await other.sign({ ...claims, scope: 'feedback:read' });
    return own.fetch('/v1/feedback', { headers: { Authorization: `Bearer ${token}` } });
  };
  try {
    other.become('drop');
    await assertProblem(own, await ask(), call, 'store_unavailable');
    assert.ok(await own.logged(({ msg }) => msg === 'the keys of the token issuer cannot be fetched'));
    assert.equal(other.fetches(), 1);
  } finally {
    await own.stop();
    await other.stop();
  }
});

test('a load balancer is believed by its ARN only, and not for pages of other sites', async () => {
  const arn = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app';
  const own = await startInlet({ INLET_ALB_OIDC_SIGNER: `${arn}/inlet/50dc6c495c0c9188` });
  const keys = await startAlbKeyServer();
  const header = { signer: `${arn}/other/50dc6c495c0c9188`, exp: Date.now() };
  const data = albToken(keys.newKey(), header, { sub: 'user', scope: 'feedback:read' });
  const ask = (headers = {}) =>
    own.fetch('/v1/feedback', { headers: { 'X-Amzn-Oidc-Data': data, ...headers } });
  try {
    const problem = await assertProblem(own, await ask(), call, 'token_invalid');
    assert.match(problem.detail ?? '', /load balancer/);
    await assertProblem(own, await ask({ 'Sec-Fetch-Site': 'cross-site' }), call, 'unauthorized');
    // Without an issuer, what stands in Authorization is nobody's business.
    const answer = await own.fetch('/v1/feedback', { headers: { Authorization: 'Bearer x' } });
    await assertProblem(own, answer, call, 'unauthorized');
  } finally {
    await own.stop();
    await keys.stop();
  }
});
