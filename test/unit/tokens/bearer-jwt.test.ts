import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { base64url, SignJWT } from 'jose';
import { AppError } from '../../../src/app-error.ts';
import { startJwksServer } from '../../support/jwks-server.ts';
import { tokenJudge } from '../../support/token-judge.ts';

const server = await startJwksServer();
after(() => server.stop());
const judge = tokenJudge({ INLET_JWT_ISSUER: server.issuer, INLET_JWT_AUDIENCE: ['inlet', 'app-1'] });
const good = { aud: 'inlet', client_id: 'reporter', sub: 'user-1', scope: 'feedback:read' };

/** The token is refused with `token_invalid`, in words that fit, and nothing of it is shown or logged. */
async function assertRefused(token: string, words: RegExp) {
  await assert.rejects(judge.bearer(token), (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, 'token_invalid');
    assert.match(error.detail ?? '', words);
    assert.equal(error.cause, undefined, 'the cause would be logged');
    for (const part of token.split('.').filter((text) => text.length > 8)) {
      assert.ok(!error.message.includes(part));
    }
    return true;
  });
}

test('a good token names its client and the scopes that this service knows', async () => {
  const token = await server.sign({
    ...good,
    scope: 'openid feedback:read feedback:everything uploads:read',
  });
  assert.deepEqual(await judge.bearer(token), {
    id: 'client:reporter',
    scopes: ['uploads:read', 'feedback:read'],
  });
});

test('the scheme may be written in any case, and other schemes are not looked at', async () => {
  const token = await server.sign(good);
  assert.equal((await judge.identify({ authorization: `bearer  ${token}` }))?.id, 'client:reporter');
  assert.equal(await judge.identify({}), undefined);
  assert.equal(await judge.identify({ authorization: 'Basic dXNlcjpwYXNz' }), undefined);
  assert.equal(await judge.identify({ authorization: 'Bearerish x' }), undefined);
});

test('what is no token is refused, whatever it is', async () => {
  const [header = '', payload = '', signature = ''] = (await server.sign(good)).split('.');
  const other = base64url.encode('{"alg":"RS256","crit":["b64"],"b64":false}');
  for (const text of [
    'x',
    '..',
    'a.b.c',
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `${header}..${signature}`,
    `.${payload}.${signature}`,
    `${header}.${payload}.${signature}.x`,
    `${header}.${payload}.${signature}.x.y`,
    `${other}.${payload}.${signature}`,
    `${base64url.encode('null')}.${payload}.${signature}`,
    `${base64url.encode('{"alg":["RS256"]}')}.${payload}.${signature}`,
    'x'.repeat(12_000),
  ]) {
    await assertRefused(text, /JWT|signature|key|alg/);
  }
  for (const text of ['', ' ', 'a b', 'a,b', 'täst', '====']) await assertRefused(text, /no token/);
  await assert.rejects(judge.identify({ authorization: 'Bearer' }), { code: 'token_invalid' });
});

test('an unsigned token is refused', async () => {
  const [, payload] = (await server.sign(good)).split('.');
  for (const alg of ['none', 'None', '']) {
    await assertRefused(`${base64url.encode(JSON.stringify({ alg }))}.${payload}.`, /alg|JWT/);
  }
});

test('a token signed with the public key as a secret is refused', async () => {
  const { kid = '' } = server.publicKey();
  for (const secret of [JSON.stringify(server.publicKey()), server.publicKey().n ?? '']) {
    const token = await new SignJWT({ ...good, iss: server.issuer, exp: judge.now() + 60 })
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(Buffer.from(secret));
    await assertRefused(token, /`alg`/);
  }
});

test('a changed token is refused', async () => {
  const [header, payload = '', signature] = (await server.sign(good)).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const changed = base64url.encode(JSON.stringify({ ...claims, scope: 'feedback:write' }));
  await assertRefused(`${header}.${changed}.${signature}`, /signature/);
});

test('a token of the same name but another key is refused', async () => {
  const forger = await startJwksServer();
  try {
    await assertRefused(await forger.sign({ ...good, iss: server.issuer }), /signature/);
  } finally {
    await forger.stop();
  }
});

test('the issuer must be exactly the one that is set', async () => {
  for (const iss of [`${server.issuer}/`, server.issuer.toUpperCase(), 'https://elsewhere.example', '']) {
    await assertRefused(await server.sign({ ...good, iss }), /`iss`/);
  }
  await assertRefused(await server.sign({ ...good, iss: undefined as never }), /no claim `iss`/);
});

test('the token must be for this service', async () => {
  for (const aud of ['elsewhere', 'inlet2', '', ['a', 'b'], []]) {
    await assertRefused(await server.sign({ ...good, aud }), /`aud`/);
  }
  const { aud: _, ...without } = good;
  await assertRefused(await server.sign(without), /`aud`/);
  await assertRefused(await server.sign({ ...without, client_id: 'inlet' }), /`aud`/);
  assert.ok(await judge.bearer(await server.sign({ ...good, aud: ['elsewhere', 'inlet'] })));
});

test('a token is good until it expires, give or take 30 seconds, and must say when', async () => {
  const at = (exp: number) => server.sign({ ...good, exp: judge.now() + exp });
  assert.ok(await judge.bearer(await at(1)));
  assert.ok(await judge.bearer(await at(-29)));
  await assertRefused(await at(-30), /expired/);
  await assertRefused(await server.sign({ ...good, exp: undefined as never }), /no claim `exp`/);
  await assertRefused(await server.sign({ ...good, exp: 'tomorrow' as never }), /`exp`/);
});

test('a token is not good before its time, give or take 30 seconds', async () => {
  assert.ok(await judge.bearer(await server.sign({ ...good, nbf: judge.now() + 30 })));
  await assertRefused(await server.sign({ ...good, nbf: judge.now() + 31 }), /not valid yet/);
});

test('access tokens are taken, tokens with another purpose are not', async () => {
  for (const typ of ['JWT', 'at+jwt', 'application/at+jwt']) {
    assert.ok(await judge.bearer(await server.sign(good, { typ })));
  }
  for (const typ of ['logout+jwt', 'dpop+jwt', 'secevent+jwt']) {
    await assertRefused(await server.sign(good, { typ }), /`typ`/);
  }
});

test('an access token of Cognito is for this service if its app client is', async () => {
  const claims = {
    token_use: 'access',
    client_id: 'app-1',
    sub: 'user-1',
    scope: 'feedback:read',
    version: 2,
  };
  assert.deepEqual(await judge.bearer(await server.sign(claims)), {
    id: 'client:app-1',
    scopes: ['feedback:read'],
  });
  await assertRefused(await server.sign({ ...claims, client_id: 'app-2' }), /`client_id`/);
  await assertRefused(await server.sign({ ...claims, aud: 'https://elsewhere.example' }), /`aud`/);
});

test('an ID token of Cognito is refused, though its audience is the same app client', async () => {
  const token = await server.sign({ ...good, token_use: 'id', aud: 'app-1', 'cognito:username': 'user' });
  await assertRefused(token, /`token_use`/);
});

for (const alg of ['PS256', 'ES256', 'ES512', 'EdDSA']) {
  test(`tokens signed with ${alg} are taken`, async () => {
    const other = await startJwksServer();
    try {
      await other.rotate(alg);
      const own = tokenJudge({ INLET_JWT_ISSUER: other.issuer, INLET_JWT_AUDIENCE: ['inlet'] });
      assert.equal((await own.bearer(await other.sign(good)))?.id, 'client:reporter');
    } finally {
      await other.stop();
    }
  });
}

test('without an issuer no bearer token is looked at', async () => {
  const none = tokenJudge({});
  assert.equal(await none.bearer(await server.sign(good)), undefined);
});
