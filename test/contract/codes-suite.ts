import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { AppError } from '../../src/app-error.ts';
import type { Claims } from '../../src/ledger/claims.ts';
import { isProblem } from '../support/is-problem.ts';
import { otpBench, wrongFor } from '../support/otp-bench.ts';
import type { OpenedOtpStore } from './otp-store-suite.ts';

export type OpenedCodes = OpenedOtpStore & { claims: Claims };

/** What the service of codes must promise over every store, also when many come at once. */
export function codesSuite(name: string, open: () => Promise<OpenedCodes>): void {
  describe(`${name}: codes`, () => {
    let opened: OpenedCodes;
    let bench: ReturnType<typeof otpBench>;
    let neighbour: ReturnType<typeof otpBench>;
    beforeEach(async () => {
      opened = await open();
      bench = otpBench({ store: opened.otpStore, claims: opened.claims });
      neighbour = otpBench({ store: opened.neighbour, claims: opened.claims });
    });
    afterEach(() => opened.close());

    const codeOf = (result: PromiseSettledResult<unknown>) =>
      result.status === 'fulfilled' ? 'verified' : (result.reason as AppError).code;
    const countOf = (results: PromiseSettledResult<unknown>[], code: string) =>
      results.filter((result) => codeOf(result) === code).length;

    it('compares at most five codes when 200 are tried at once in two processes', async () => {
      const { id, code } = await bench.request();
      const results = await Promise.allSettled(
        Array.from({ length: 200 }, (_, i) =>
          (i % 2 ? bench : neighbour).otp.verify(id, wrongFor(code, i + 1)),
        ),
      );
      assert.equal(bench.compared() + neighbour.compared(), 5);
      assert.equal(countOf(results, 'code_wrong'), 5);
      assert.equal(countOf(results, 'tries_exhausted'), 195);
      await assert.rejects(bench.otp.verify(id, code), isProblem('tries_exhausted'));
      assert.equal(bench.compared() + neighbour.compared(), 5);
    });

    it('gives one proof when the right code is typed 200 times at once', async () => {
      const { id, code } = await bench.request();
      const results = await Promise.allSettled(
        Array.from({ length: 200 }, (_, i) => (i % 2 ? bench : neighbour).otp.verify(id, code)),
      );
      assert.equal(countOf(results, 'verified'), 1);
      assert.ok(bench.compared() + neighbour.compared() <= 5);
      const others = countOf(results, 'code_used') + countOf(results, 'tries_exhausted');
      assert.equal(others, 199, results.map(codeOf).join(' '));
      await assert.rejects(bench.otp.verify(id, code), isProblem('code_used'));
    });

    it('gives no sixth try to whoever asks for five new codes', async () => {
      const challenges = [await bench.request()];
      for (const seconds of [30, 60, 120, 120, 120]) {
        bench.pass(seconds);
        challenges.push(await bench.request());
      }
      assert.equal(challenges.length, 6);
      const newest = challenges.slice(-3);
      for (let i = 0; i < 5; i++) {
        const { id = '', code = '' } = newest[i % 3] ?? {};
        await assert.rejects(bench.otp.verify(id, wrongFor(code)), isProblem('code_wrong'));
      }
      for (const { id, code } of newest)
        await assert.rejects(bench.otp.verify(id, code), isProblem('tries_exhausted'));
      bench.pass(120);
      const another = await bench.request();
      await assert.rejects(bench.otp.verify(another.id, another.code), isProblem('tries_exhausted'));
      assert.equal(bench.compared(), 5);
    });

    it('sends one code when 50 ask for the same address at once', async () => {
      const asked = await Promise.allSettled(
        Array.from({ length: 50 }, (_, i) =>
          (i % 2 ? bench : neighbour).otp.request(
            { channel: 'email', to: 'ada@example.org', purpose: 'feedback' },
            `192.0.2.${i}`,
          ),
        ),
      );
      assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal(countOf(asked, 'rate_limited'), 49);
      await Promise.all([bench.otp.flush(), neighbour.otp.flush()]);
      assert.equal(bench.sent.length + neighbour.sent.length, 1);
    });

    it('keeps neither code nor address', async () => {
      const { id, code } = await bench.request({ channel: 'email', to: 'ada@example.org' });
      const subject = await opened.otpStore.get(id.slice(0, 22), bench.clock().getTime());
      assert.equal(subject?.codes[0]?.id, id);
      const kept = JSON.stringify(subject);
      assert.doesNotMatch(kept, /ada@|example/);
      assert.equal(kept.includes(code), false);
    });

    it('sends and compares nothing while the store is down', async () => {
      const { id, code } = await bench.request();
      await opened.breakStore();
      await assert.rejects(bench.otp.verify(id, code), isProblem('store_unavailable'));
      const request = { channel: 'email' as const, to: 'ada@example.org', purpose: 'feedback' };
      await assert.rejects(bench.otp.request(request, '192.0.2.1'), isProblem('store_unavailable'));
      await bench.otp.flush();
      assert.equal(bench.compared(), 0);
      assert.equal(bench.sent.length, 1);
    });
  });
}
