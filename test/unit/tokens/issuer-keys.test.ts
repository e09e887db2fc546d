import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JwksFate, type JwksServer, startJwksServer } from '../../support/jwks-server.ts';
import { tokenJudge } from '../../support/token-judge.ts';

const claims = { aud: 'inlet', client_id: 'reporter', scope: 'feedback:read' };

/** An issuer and a judge of its tokens, for one test. */
async function withIssuer(
  work: (server: JwksServer, judge: ReturnType<typeof tokenJudge>) => Promise<void>,
): Promise<void> {
  const server = await startJwksServer();
  try {
    await work(server, tokenJudge({ INLET_JWT_ISSUER: server.issuer, INLET_JWT_AUDIENCE: ['inlet'] }));
  } finally {
    await server.stop();
  }
}

const day = 86_400;
const forADay = (now: number) => ({ ...claims, exp: now + 3 * day });

test('keys are fetched once for many tokens at once, and again after ten minutes', () =>
  withIssuer(async (server, judge) => {
    assert.equal(server.fetches(), 0, 'not before somebody comes with a token');
    const token = await server.sign(forADay(judge.now()));
    await Promise.all(Array.from({ length: 50 }, () => judge.bearer(token)));
    assert.equal(server.fetches(), 1);
    judge.pass(599);
    await judge.bearer(token);
    assert.equal(server.fetches(), 1);
    judge.pass(1);
    await Promise.all(Array.from({ length: 50 }, () => judge.bearer(token)));
    assert.equal(server.fetches(), 2);
  }));

test('a new key is found by its id, without a restart, and the withdrawn one is no longer good', () =>
  withIssuer(async (server, judge) => {
    const before = await server.sign(claims);
    await judge.bearer(before);
    judge.pass(30);
    await server.rotate();
    const after = await server.sign(claims);
    assert.equal((await judge.bearer(after))?.id, 'client:reporter');
    assert.equal(server.fetches(), 2);
    await assert.rejects(judge.bearer(before), { code: 'token_invalid' });
  }));

test('a key that is withdrawn without a successor is good for ten minutes at most', () =>
  withIssuer(async (server, judge) => {
    const before = await server.sign(forADay(judge.now()));
    await judge.bearer(before);
    await server.rotate();
    judge.pass(600);
    await assert.rejects(judge.bearer(before), { code: 'token_invalid' });
  }));

test('any number of unknown key ids causes one fetch in thirty seconds', () =>
  withIssuer(async (server, judge) => {
    await judge.bearer(await server.sign(claims));
    const flood = async () => {
      const tokens = await Promise.all(
        Array.from({ length: 40 }, (_, place) => server.sign(claims, { kid: `forged-${place}` })),
      );
      const results = await Promise.allSettled(tokens.map(judge.bearer));
      for (const result of results) {
        assert.equal(result.status === 'rejected' && result.reason.code, 'token_invalid');
      }
    };
    await flood();
    assert.equal(server.fetches(), 1, 'the keys are new');
    judge.pass(30);
    await flood();
    await flood();
    assert.equal(server.fetches(), 2);
    judge.pass(29);
    await flood();
    assert.equal(server.fetches(), 2);
    assert.ok(await judge.bearer(await server.sign(claims)), 'good tokens pass meanwhile');
  }));

const breakdowns: JwksFate[] = ['drop', 'unavailable', 'garbage'];
for (const fate of breakdowns) {
  test(`without keys nobody is judged, and 5 seconds later it is tried again: ${fate}`, () =>
    withIssuer(async (server, judge) => {
      server.become(fate);
      const token = await server.sign(claims);
      for (let place = 0; place < 10; place++) {
        await assert.rejects(judge.bearer(token), { code: 'store_unavailable' });
      }
      assert.equal(server.fetches(), 1);
      assert.equal(judge.warnings.length, 1);
      server.become('pass');
      judge.pass(5);
      assert.ok(await judge.bearer(token));
    }));

  test(`known keys serve on for a day while there are no others to be had: ${fate}`, () =>
    withIssuer(async (server, judge) => {
      const token = await server.sign(forADay(judge.now()));
      await judge.bearer(token);
      server.become(fate);
      judge.pass(600);
      for (let place = 0; place < 10; place++) assert.ok(await judge.bearer(token));
      assert.equal(server.fetches(), 2, 'one try in thirty seconds');
      judge.pass(day - 601);
      assert.ok(await judge.bearer(token));
      judge.pass(1);
      await assert.rejects(judge.bearer(token), { code: 'store_unavailable' });
      server.become('pass');
      judge.pass(30);
      assert.ok(await judge.bearer(token));
    }));
}

test('a token whose key may be among those that cannot be had is not called invalid', () =>
  withIssuer(async (server, judge) => {
    const known = await server.sign(claims);
    await judge.bearer(known);
    await server.rotate();
    const token = await server.sign(claims);
    server.become('unavailable');
    judge.pass(30);
    await assert.rejects(judge.bearer(token), { code: 'store_unavailable' });
    await assert.rejects(judge.bearer(token), { code: 'store_unavailable' });
    assert.equal(server.fetches(), 2);
    assert.ok(await judge.bearer(known));
    server.become('pass');
    judge.pass(30);
    assert.ok(await judge.bearer(token));
  }));

test('an issuer that does not answer is given up on', () =>
  withIssuer(async (server, judge) => {
    server.become('hang');
    await assert.rejects(judge.bearer(await server.sign(claims)), { code: 'store_unavailable' });
  }));
