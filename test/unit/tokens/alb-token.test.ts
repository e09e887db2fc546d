import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { compactVerify } from 'jose';
import { AppError } from '../../../src/app-error.ts';
import { albToken, startAlbKeyServer } from '../../support/alb-key-server.ts';
import { tokenJudge } from '../../support/token-judge.ts';

const server = await startAlbKeyServer();
after(() => server.stop());
const key = server.newKey();
const signer =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/inlet-prod/50dc6c495c0c9188';
const iss = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example';
const settings = {
  INLET_ALB_OIDC_SIGNER: signer,
  INLET_JWT_SCOPE_CLAIM: 'custom:inlet_scopes',
};

/** A judge that knows no key yet. */
const newJudge = (more = {}) => tokenJudge({ ...settings, ...more }, server.url);
const judge = newJudge();
const exp = () => judge.now() + 120;
const header = (more = {}) => ({ signer, iss, client: 'staff', exp: exp(), ...more });
const user = (more = {}) => ({
  sub: 'user-1',
  'custom:inlet_scopes': 'feedback:read feedback:write',
  exp: exp(),
  iss,
  ...more,
});
const say = (token: string, by = judge, more = {}) => by.identify({ 'x-amzn-oidc-data': token, ...more });

async function assertRefused(token: string, words: RegExp, by = judge) {
  await assert.rejects(say(token, by), (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, 'token_invalid');
    assert.match(error.detail ?? '', words);
    return true;
  });
}

test('what the load balancer says of a user is believed, with padding of every length', async () => {
  const endings = new Set<string>();
  for (const sub of ['u', 'us', 'use', 'user']) {
    const token = albToken(key, header(), user({ sub }));
    endings.add(/(=*)\.[^.]+$/.exec(token)?.[1] ?? '');
    assert.match(token, /==$/, 'signatures always end so');
    assert.deepEqual(await say(token), {
      id: 'client:staff',
      scopes: ['feedback:read', 'feedback:write'],
    });
  }
  assert.deepEqual([...endings].sort(), ['', '=', '==']);
});

test('jose itself verifies a padded token as it came, and not what becomes of it without padding', async () => {
  const { createPublicKey } = await import('node:crypto');
  const token = albToken(key, header(), user());
  const publicKey = createPublicKey(key.privateKey);
  await compactVerify(token, publicKey);
  const padded = albToken(key, header(), user({ sub: 'us' }));
  const bare = padded.replaceAll('=', '');
  assert.ok(padded.split('.').slice(0, 2).join('').includes('='));
  await assert.rejects(compactVerify(bare, publicKey), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
});

test('a key is fetched once', async () => {
  const own = newJudge();
  const asked = server.asked.length;
  const token = albToken(key, header(), user());
  await Promise.all(Array.from({ length: 20 }, () => say(token, own)));
  assert.deepEqual(server.asked.slice(asked), [`/${key.kid}`]);
});

test('another load balancer is not believed, and its key is not fetched', async () => {
  const asked = server.asked.length;
  for (const other of [
    signer.replace('123456789012', '210987654321'),
    `${signer}0`,
    '',
    undefined,
    [signer],
  ]) {
    await assertRefused(
      albToken(server.newKey(), header({ signer: other }), user()),
      /Another load balancer/,
    );
  }
  assert.equal(server.asked.length, asked);
});

test('a forged token is refused', async () => {
  const forged = { kid: key.kid, privateKey: server.newKey().privateKey };
  await assertRefused(albToken(forged, header(), user()), /signature/);
  const [head, , signature] = albToken(key, header(), user()).split('.');
  const changed = Buffer.from(JSON.stringify(user({ sub: 'root' }))).toString('base64url');
  await assertRefused(`${head}.${changed}.${signature}`, /signature/);
  for (const alg of ['none', 'HS256', 'RS256']) {
    await assertRefused(albToken(key, header({ alg }), user()), /`alg`/);
  }
});

test('an expired token is refused, and one that does not say when it expires', async () => {
  assert.ok(await say(albToken(key, header({ exp: judge.now() - 29 }), user())));
  for (const late of [judge.now() - 30, 0, undefined, null, String(exp())]) {
    await assertRefused(albToken(key, header({ exp: late }), user()), /`exp`/);
  }
  await assertRefused(albToken(key, header(), user({ exp: judge.now() - 30 })), /`exp`/);
  const { exp: _, ...without } = user();
  assert.ok(await say(albToken(key, header(), without)), 'the header says it');
});

test('a key id that is no UUID leads nowhere', async () => {
  const asked = server.asked.length;
  for (const kid of [
    '../../secrets',
    `${key.kid}/../x`,
    `${key.kid}?x`,
    `${key.kid}%2f`,
    `//evil.example/${key.kid}`,
    key.kid.toUpperCase().replace(/^./, 'G'),
    `${key.kid}\n`,
    '',
    undefined,
    {},
  ]) {
    await assertRefused(albToken(key, header({ kid }), user()), /`kid`/);
  }
  assert.equal(server.asked.length, asked);
});

test('what is no token with claims is refused', async () => {
  const array = albToken(key, header(), ['feedback:write']);
  await assertRefused(array, /no claims/);
  for (const text of ['', 'x', '..', 'a.b.c', array.replaceAll('=', '')]) await assertRefused(text, /./);
});

test('with an issuer and an audience the user must have signed in there', async () => {
  const strict = newJudge({ INLET_JWT_ISSUER: iss, INLET_JWT_AUDIENCE: ['staff'] });
  assert.ok(await say(albToken(key, header(), user()), strict));
  const { iss: _, ...without } = user();
  assert.ok(await say(albToken(key, header(), without), strict));
  await assertRefused(albToken(key, header({ iss: `${iss}2` }), without), /`iss`/, strict);
  await assertRefused(albToken(key, header({ iss: undefined }), without), /`iss`/, strict);
  await assertRefused(albToken(key, header(), user({ iss: `${iss}2` })), /`iss`/, strict);
  await assertRefused(albToken(key, header({ client: 'customers' }), user()), /`client`/, strict);
  await assertRefused(albToken(key, header({ client: undefined }), user()), /`client`/, strict);
});

test('a key that does not exist is the token’s fault, one that cannot be had is not', async () => {
  const own = newJudge();
  const token = albToken({ ...key, kid: randomUUID() }, header(), user());
  await assertRefused(token, /`kid`/, own);
  server.unavailable = true;
  try {
    await assert.rejects(say(token, own), { code: 'store_unavailable' });
  } finally {
    server.unavailable = false;
  }
  assert.ok(await say(albToken(key, header(), user()), own), 'and nothing of it stays');
});

test('forged key ids become at most ten requests a minute, and known keys serve on', async () => {
  const own = newJudge();
  const good = albToken(key, header(), user());
  await say(good, own);
  const asked = server.asked.length;
  const codes: string[] = [];
  for (let place = 0; place < 30; place++) {
    const token = albToken({ ...key, kid: randomUUID() }, header(), user());
    await say(token, own).catch((error) => codes.push(error.code));
  }
  assert.equal(server.asked.length, asked + 9);
  assert.deepEqual(codes, [...Array(9).fill('token_invalid'), ...Array(21).fill('store_unavailable')]);
  assert.ok(await say(good, own));
  own.pass(60);
  const fresh = server.newKey();
  assert.ok(await say(albToken(fresh, header(), user()), own));
});

test('only sixteen keys are kept', async () => {
  const own = newJudge();
  const keys = [key, ...Array.from({ length: 16 }, server.newKey)];
  for (const one of keys) {
    own.pass(7);
    await say(albToken(one, header({ exp: exp() + 600 }), user({ exp: exp() + 600 })), own);
  }
  const asked = server.asked.length;
  await say(albToken(keys[16] ?? key, header({ exp: exp() + 600 }), user({ exp: exp() + 600 })), own);
  assert.equal(server.asked.length, asked);
  await say(albToken(key, header({ exp: exp() + 600 }), user({ exp: exp() + 600 })), own);
  assert.equal(server.asked.length, asked + 1);
});

test('a page of another site cannot use what the load balancer knows of its reader', async () => {
  const token = albToken(key, header(), user());
  const host = 'inlet.example';
  for (const more of [
    {},
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://inlet.example', host },
  ]) {
    assert.ok(await say(token, judge, more), JSON.stringify(more));
  }
  for (const more of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://inlet.example', host },
    { 'sec-fetch-site': '' },
    { origin: 'https://evil.example', host },
    { origin: 'https://inlet.example.evil.example', host },
    { origin: 'null', host },
  ]) {
    assert.equal(await say(token, judge, more), undefined, JSON.stringify(more));
  }
});

test('without a signer no load balancer is believed', async () => {
  const none = tokenJudge({}, server.url);
  assert.equal(await say(albToken(key, header(), user()), none), undefined);
});
