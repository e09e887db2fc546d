import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openSqliteOtp } from '../../support/sqlite-otp.ts';
import { until } from '../../support/until.ts';

describe('asking for a code', () => {
  let sqlite: Awaited<ReturnType<typeof openSqliteOtp>>;
  let bench: ReturnType<typeof sqlite.bench>;
  beforeEach(async () => {
    sqlite = await openSqliteOtp();
    bench = sqlite.bench();
  });
  afterEach(() => sqlite.close());

  it('gives everybody the same answer: an id, ten minutes, and when to ask again', async () => {
    const { id, expiresAt, resendAfter, code, ...rest } = await bench.request();
    assert.match(id, /^[\w-]{22}\.[\w-]{22}$/);
    assert.equal(expiresAt, '2026-03-01T12:10:00.000Z');
    assert.equal(resendAfter, '2026-03-01T12:00:30.000Z');
    assert.deepEqual(rest, {});
    const [{ subject = '', ...message } = {}] = bench.sent;
    assert.deepEqual(message, { id, to: '+4915123456789', code, lifetimeSeconds: 600 });
    assert.equal(subject, id.slice(0, 22));
    assert.match(code, /^\d{6}$/);
    assert.match((await bench.request({ channel: 'email', to: 'ada@example.org' })).code, /^\d{8}$/);
  });

  it('says what the sender has everybody told', async () => {
    bench = sqlite.bench({ notice: 'Another message comes first.' });
    assert.equal((await bench.request()).notice, 'Another message comes first.');
  });

  it('asks for a pause of 30, 60 and 120 seconds between two codes for an address', async () => {
    for (const seconds of [30, 60, 120, 120]) {
      const { resendAfter } = await bench.request();
      assert.equal(Date.parse(resendAfter), bench.clock().getTime() + seconds * 1000);
      bench.pass(seconds - 1);
      await assert.rejects(bench.request(), { code: 'rate_limited', headers: { 'Retry-After': '1' } });
      bench.pass(1);
    }
    assert.equal(bench.count('limited otp_address'), 4);
  });

  it('sends so many codes an hour to an address, whoever asks and however it is written', async () => {
    bench = sqlite.bench({ addressPerHour: 2 });
    const to = ['ada@example.org', 'ADA@example.org ', 'Ada@Example.ORG'];
    await bench.request({ channel: 'email', to: to[0], client: '192.0.2.1' });
    bench.pass(600);
    const { resendAfter } = await bench.request({ channel: 'email', to: to[1], client: '192.0.2.2' });
    assert.equal(resendAfter, '2026-03-01T13:00:00.000Z');
    bench.pass(600);
    await assert.rejects(bench.request({ channel: 'email', to: to[2], client: '192.0.2.3' }), {
      code: 'rate_limited',
      headers: { 'Retry-After': '2400' },
    });
    bench.pass(2400);
    await bench.request({ channel: 'email', to: to[2], client: '192.0.2.3' });
  });

  it('sends so many codes an hour for a client, whatever the addresses', async () => {
    bench = sqlite.bench({ clientPerHour: 3 });
    const to = (n: number) => `ada${n}@example.org`;
    for (let n = 0; n < 3; n++) {
      await bench.request({ channel: 'email', to: to(n), client: '2001:db8::/64' });
      bench.pass(60);
    }
    await assert.rejects(bench.request({ channel: 'email', to: to(3), client: '2001:db8::/64' }), {
      code: 'rate_limited',
      headers: { 'Retry-After': String(3600 - 180) },
    });
    assert.equal(bench.count('limited otp_client'), 1);
    await bench.request({ channel: 'email', to: to(3), client: '2001:db8:0:1::/64' });
    bench.pass(3600 - 180);
    await bench.request({ channel: 'email', to: to(4), client: '2001:db8::/64' });
  });

  it('takes the same path for addresses that can and that cannot be reached', async () => {
    const known = new Set(['+4915123456780', 'ada@example.org']);
    bench = sqlite.bench({
      async send({ to }) {
        if (!known.has(to)) throw new Error(`nobody is at ${to}`);
        return 'sent';
      },
      // Nothing is tried again here.
      pause: (ms) => (ms < 500 ? new Promise((resolve) => setImmediate(resolve)) : new Promise(() => {})),
    });
    let asked = 0;
    /** The calls of a request until its answer, and what is in the answer. */
    const pathOf = async (channel: 'sms' | 'email', to: string) => {
      const from = bench.calls.length;
      const { id, ...answer } = await bench.otp.request({ channel, to, purpose: 'feedback' }, to);
      const calls = bench.calls.slice(from);
      asked++;
      await until(() => bench.calls.filter((call) => call === 'send').length === asked || undefined);
      return { calls, length: id.length, answer };
    };
    for (const [channel, reachable, unreachable] of [
      ['sms', '+4915123456780', '+4915123456781'],
      ['email', 'ada@example.org', 'nobody@example.org'],
    ] as const) {
      const path = await pathOf(channel, reachable);
      assert.deepEqual(path.calls, ['get client', 'put over 0', 'get address', 'put over 0']);
      assert.deepEqual(await pathOf(channel, unreachable), path);
    }
  });

  it('takes the same path for addresses that have and that have not verified before', async () => {
    const { id, code } = await bench.request({ channel: 'email', to: 'ada@example.org' });
    await bench.otp.verify(id, code);
    bench.pass(7200);
    const from = bench.calls.length;
    await bench.request({ channel: 'email', to: 'ada@example.org', client: '192.0.2.1' });
    await bench.request({ channel: 'email', to: 'eve@example.org', client: '192.0.2.1' });
    const kinds = bench.calls.slice(from).map((call) => call.replace(/ over \d+/, ''));
    const one = ['get client', 'put', 'get address', 'put', 'send'];
    assert.deepEqual(kinds, [...one, ...one]);
  });
});
