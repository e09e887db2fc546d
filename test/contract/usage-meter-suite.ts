import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Limits, UsageMeter, UsageVerdict } from '../../src/keys/usage-meter.ts';

export interface OpenedUsageMeters {
  /** A meter as one process has it. */
  usageMeter: UsageMeter;
  /** A meter as another process has it: the same store over a connection of its own. */
  neighbour: UsageMeter;
  /** Makes the store fail from now on. */
  breakStore(): Promise<void>;
  /** Must also work after `breakStore`. */
  close(): Promise<void>;
}

const noon = new Date('2026-11-15T12:00:00.000Z');
const after = (ms: number, start = noon) => new Date(start.getTime() + ms);
const limits: Limits = { rate: 10, burst: 20 };

/** What every usage meter must do. `open` gives a store without counts, anew for each test. */
export function usageMeterSuite(name: string, open: () => Promise<OpenedUsageMeters>): void {
  describe(`${name}: usage meter`, () => {
    let opened: OpenedUsageMeters;
    let meter: UsageMeter;
    let key: string;
    beforeEach(async () => {
      opened = await open();
      meter = opened.usageMeter;
      key = randomUUID();
    });
    afterEach(() => opened.close());

    const takes = async (times: number, given: Limits, now: Date) => {
      const verdicts: UsageVerdict[] = [];
      for (let i = 0; i < times; i++) verdicts.push(await meter.take(key, given, now));
      return verdicts;
    };

    it('lets exactly the burst of 60 requests pass that come at one moment', async () => {
      const verdicts = await Promise.all(Array.from({ length: 60 }, () => meter.take(key, limits, noon)));
      assert.equal(allowed(verdicts), 20);
      assert.deepEqual(await meter.usage(key, noon), [{ month: '2026-11', requests: 20 }]);
    });

    it('lets 20 to 22 of a burst of 60 pass over two processes, by clocks a little apart', async () => {
      const verdicts = await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          (i % 2 ? meter : opened.neighbour).take(key, limits, after(i % 2 ? 0 : 50 + i)),
        ),
      );
      const passed = allowed(verdicts);
      assert.ok(passed >= 20 && passed <= 22, `${passed}`);
      assert.deepEqual(await meter.usage(key, noon), [{ month: '2026-11', requests: passed }]);
    });

    it('counts down, and says when the bucket is full and when to come back', async () => {
      const slow = { rate: 0.5, burst: 3 };
      const verdicts = await takes(5, slow, noon);
      assert.deepEqual(verdicts, [
        { allowed: true, remaining: 2, resetSeconds: 2, retrySeconds: 0, used: 1 },
        { allowed: true, remaining: 1, resetSeconds: 4, retrySeconds: 0, used: 2 },
        { allowed: true, remaining: 0, resetSeconds: 6, retrySeconds: 0, used: 3 },
        { allowed: false, reason: 'rate', remaining: 0, resetSeconds: 6, retrySeconds: 2, used: 3 },
        { allowed: false, reason: 'rate', remaining: 0, resetSeconds: 6, retrySeconds: 2, used: 3 },
      ]);
    });

    it('fills the bucket again at the rate, to the brim and not over it', async () => {
      await takes(20, limits, noon);
      assert.equal(allowed(await takes(1, limits, after(99))), 0);
      assert.equal(allowed(await takes(2, limits, after(100))), 1);
      assert.equal(allowed(await takes(10, limits, after(600))), 5);
      assert.equal(allowed(await takes(60, limits, after(3_600_000))), 20);
    });

    it('lets the rate pass and no more of a client that never stops', async () => {
      await takes(20, limits, noon);
      const verdicts: UsageVerdict[] = [];
      for (let ms = 10; ms <= 3000; ms += 10) verdicts.push(await meter.take(key, limits, after(ms)));
      assert.equal(allowed(verdicts), 30);
    });

    it('takes rates that are no whole number of anything', async () => {
      const third = { rate: 3, burst: 7 };
      assert.equal(allowed(await takes(10, third, noon)), 7);
      assert.equal(allowed(await takes(1, third, after(333))), 0);
      assert.equal(allowed(await takes(2, third, after(334))), 1);
    });

    it('lets one pass at a time with a burst of one', async () => {
      assert.equal(allowed(await takes(3, { rate: 1, burst: 1 }, noon)), 1);
      assert.equal(allowed(await takes(3, { rate: 1, burst: 1 }, after(1000))), 1);
    });

    it('refuses over the quota until the next month, and counts nothing that it refused', async () => {
      const small = { ...limits, quota: 3 };
      const verdicts = await takes(5, small, noon);
      assert.deepEqual(
        verdicts.map(({ reason, used, quotaLeft }) => [reason, used, quotaLeft]),
        [
          [undefined, 1, 2],
          [undefined, 2, 1],
          [undefined, 3, 0],
          ['quota', 3, 0],
          ['quota', 3, 0],
        ],
      );
      assert.equal(verdicts[4]?.retrySeconds, 15.5 * 86_400);
      assert.equal((await meter.take(key, small, new Date('2026-11-30T23:59:59.999Z'))).retrySeconds, 1);
      const [next] = await takes(1, small, new Date('2026-12-01T00:00:00.000Z'));
      assert.deepEqual([next?.allowed, next?.used, next?.quotaLeft], [true, 1, 2]);
    });

    it('does not use up the quota with what the rate refused', async () => {
      const small = { rate: 1, burst: 2, quota: 3 };
      assert.deepEqual(
        (await takes(4, small, noon)).map(({ reason }) => reason),
        [undefined, undefined, 'rate', 'rate'],
      );
      assert.deepEqual(
        (await takes(2, small, after(10_000))).map(({ reason }) => reason),
        [undefined, 'quota'],
      );
    });

    it('keeps the quota exactly when many ask at once in two processes', async () => {
      const small = { rate: 1000, burst: 1000, quota: 7 };
      const verdicts = await Promise.all(
        Array.from({ length: 40 }, (_, i) => (i % 2 ? meter : opened.neighbour).take(key, small, noon)),
      );
      assert.equal(allowed(verdicts), 7);
      assert.ok(verdicts.every(({ reason }) => reason === undefined || reason === 'quota'));
    });

    it('follows a plan that changes', async () => {
      await takes(5, { ...limits, quota: 5 }, noon);
      assert.equal(allowed(await takes(1, { ...limits, quota: 5 }, noon)), 0);
      assert.equal(allowed(await takes(1, { ...limits, quota: 6 }, noon)), 1);
      assert.equal(allowed(await takes(1, { rate: 10, burst: 2 }, noon)), 0);
      assert.equal(allowed(await takes(1, limits, noon)), 1);
    });

    it('forgets what a plan left that needed more time than the new one has', async () => {
      const slow = { rate: 0.001, burst: 30 };
      await Promise.all(Array.from({ length: 30 }, () => meter.take(key, slow, noon)));
      assert.equal(allowed(await takes(1, slow, noon)), 0);
      assert.equal(allowed(await takes(21, limits, noon)), 20);
      const verdicts = await Promise.all(
        Array.from({ length: 10 }, () => opened.neighbour.take(key, limits, after(500))),
      );
      assert.equal(allowed(verdicts), 5);
    });

    it('does not take clocks that are a minute apart for another plan', async () => {
      await takes(20, limits, after(60_000));
      assert.equal(allowed(await Promise.all([opened.neighbour.take(key, limits, noon)])), 0);
    });

    it('counts each key for itself, whatever is in it', async () => {
      for (const other of ['a', 'a#b', 'subject:anna@example.org', "x'; --", 'ключ']) {
        key = other;
        assert.equal(allowed(await takes(3, { rate: 1, burst: 2 }, noon)), 2, other);
      }
    });

    it('counts without limits too, however many at once', async () => {
      await Promise.all(Array.from({ length: 20 }, () => meter.count(key, noon)));
      assert.deepEqual(await meter.usage(key, noon), [{ month: '2026-11', requests: 20 }]);
      const [verdict] = await takes(1, { ...limits, quota: 100 }, noon);
      assert.equal(verdict?.used, 21);
    });

    it('tells the last 13 months that had requests, newest first', async () => {
      assert.deepEqual(await meter.usage(key, noon), []);
      const months = ['2025-10', '2025-11', '2026-02', '2026-11'];
      for (const [i, month] of months.entries()) {
        for (let n = 0; n <= i; n++) await meter.count(key, new Date(`${month}-28T23:00:00.000Z`));
      }
      assert.deepEqual(await opened.neighbour.usage(key, noon), [
        { month: '2026-11', requests: 4 },
        { month: '2026-02', requests: 3 },
        { month: '2025-11', requests: 2 },
      ]);
      assert.deepEqual(await meter.usage('another', noon), []);
    });

    it('rejects while the store cannot be reached', async () => {
      await meter.take(key, limits, noon);
      await opened.breakStore();
      await assert.rejects(meter.take(key, limits, noon), { code: 'store_unavailable' });
      await assert.rejects(meter.count(key, noon), { code: 'store_unavailable' });
      await assert.rejects(meter.usage(key, noon), { code: 'store_unavailable' });
    });
  });
}

const allowed = (verdicts: UsageVerdict[]) => verdicts.filter((verdict) => verdict.allowed).length;
