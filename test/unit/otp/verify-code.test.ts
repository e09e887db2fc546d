import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { AppError } from '../../../src/app-error.ts';
import { isProblem } from '../../support/is-problem.ts';
import { wrongFor } from '../../support/otp-bench.ts';
import { openSqliteOtp } from '../../support/sqlite-otp.ts';

describe('verifying a code', () => {
  let sqlite: Awaited<ReturnType<typeof openSqliteOtp>>;
  let bench: ReturnType<typeof sqlite.bench>;
  beforeEach(async () => {
    sqlite = await openSqliteOtp();
    bench = sqlite.bench();
  });
  afterEach(() => sqlite.close());

  /** Tries wrong codes until there is no try left. */
  async function useUpTries(id: string, code: string): Promise<number> {
    for (let tried = 0; ; tried++) {
      const error: unknown = await bench.otp.verify(id, wrongFor(code, tried + 1)).catch((reason) => reason);
      if (isProblem('tries_exhausted')(error)) return tried;
      assert.ok(isProblem('code_wrong')(error), String(error));
    }
  }

  it('gives a proof for the right code, once', async () => {
    const { id, code } = await bench.request();
    const { proof, expiresAt } = await bench.otp.verify(id, code);
    assert.equal(expiresAt, '2026-03-01T12:30:00.000Z');
    const claims = JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString());
    const { sub, purpose, channel, address_verified, aud } = claims;
    assert.deepEqual(
      { sub, purpose, channel, address_verified, aud },
      { sub: id.slice(0, 22), purpose: 'feedback', channel: 'sms', address_verified: true, aud: 'tests' },
    );
    await assert.rejects(bench.otp.verify(id, code), isProblem('code_used'));
    assert.equal(bench.count('verification sms verified'), 1);
    assert.equal(bench.count('verification sms used'), 1);
  });

  it('counts down the tries, and refuses the right code after five wrong ones', async () => {
    const { id, code } = await bench.request();
    for (const left of ['4 tries are left.', '3 tries are left.', '2 tries are left.', '1 try is left.']) {
      await assert.rejects(bench.otp.verify(id, wrongFor(code)), { code: 'code_wrong', detail: left });
    }
    await assert.rejects(bench.otp.verify(id, wrongFor(code)), { detail: '0 tries are left.' });
    bench.pass(60);
    const refused = (await bench.otp.verify(id, code).catch((error) => error)) as AppError;
    assert.equal(refused.code, 'tries_exhausted');
    assert.equal(refused.headers['Retry-After'], '540');
    assert.equal(bench.compared(), 5);
  });

  it('gives tries back one after the other, and twenty a day at most', async () => {
    let tried = 0;
    for (let hours = 0; hours < 23; hours++) {
      const { id, code } = await bench.request();
      tried += await useUpTries(id, code);
      bench.pass(3600);
    }
    assert.equal(tried, 20);
    bench.pass(3600);
    const { id, code } = await bench.request();
    assert.equal(await useUpTries(id, code), 5);
  });

  it('counts tries an address, not a caller and not a channel', async () => {
    const { id, code } = await bench.request();
    assert.equal(await useUpTries(id, code), 5);
    const mail = await bench.request({ channel: 'email', to: 'ada@example.org' });
    await bench.otp.verify(mail.id, mail.code);
  });

  it('refuses a code at ten minutes, and says so for a day', async () => {
    const { id, code } = await bench.request();
    const inTime = await bench.request({ to: '+4915123456780' });
    bench.pass(599.999);
    await bench.otp.verify(inTime.id, inTime.code);
    bench.pass(0.001);
    await assert.rejects(bench.otp.verify(id, code), isProblem('code_expired'));
    assert.equal(bench.compared(), 1);
    bench.pass(24 * 3600);
    await assert.rejects(bench.otp.verify(id, code), isProblem('code_not_found'));
  });

  it('does not know ids that it never gave', async () => {
    const { id, code } = await bench.request();
    for (const unknown of [`${id.slice(0, 23)}${'A'.repeat(22)}`, `${'A'.repeat(22)}.${id.slice(23)}`]) {
      await assert.rejects(bench.otp.verify(unknown, code), isProblem('code_not_found'));
    }
    assert.equal(bench.count('verification none unknown'), 2);
    assert.equal(bench.compared(), 0);
  });

  it('keeps the newest three codes good, each for its own id', async () => {
    const challenges = [];
    for (const seconds of [30, 60, 120, 0]) {
      challenges.push(await bench.request());
      bench.pass(seconds);
    }
    const [forgotten, ...good] = challenges;
    await assert.rejects(
      bench.otp.verify(forgotten?.id ?? '', forgotten?.code ?? ''),
      isProblem('code_not_found'),
    );
    const [first, second, third] = good;
    await assert.rejects(bench.otp.verify(first?.id ?? '', second?.code ?? ''), isProblem('code_wrong'));
    for (const { id, code } of [second, third, first].filter((one) => one !== undefined))
      await bench.otp.verify(id, code);
  });
});
