import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Counters } from '../../src/ledger/counters.ts';
import { isProblem } from '../support/is-problem.ts';

export interface OpenedCounters {
  counters: Counters;
  /** The same sums, as another process opens them. */
  neighbour: Counters;
  /** Makes the store fail from now on. */
  breakStore(): Promise<void>;
  /** Must also work after `breakStore`. */
  close(): Promise<void>;
}

/** What every ledger of sums must do. `open` gives an empty one, anew for each test. */
export function countersSuite(name: string, open: () => Promise<OpenedCounters>): void {
  describe(`${name}: counters`, () => {
    let opened: OpenedCounters;
    let counters: Counters;
    beforeEach(async () => {
      opened = await open();
      counters = opened.counters;
    });
    afterEach(() => opened.close());

    it('adds up to the limit and not over it, for every process', async () => {
      assert.equal(await counters.total('sms'), 0);
      assert.deepEqual(await counters.add('sms', 60, 100), { added: true, total: 60 });
      assert.deepEqual(await opened.neighbour.add('sms', 40, 100), { added: true, total: 100 });
      assert.deepEqual(await counters.add('sms', 1, 100), { added: false, total: 100 });
      assert.deepEqual(await counters.add('sms', 0, 100), { added: true, total: 100 });
      assert.equal(await counters.total('sms'), 100);
      assert.equal(await counters.total('speech'), 0);
    });

    it('does not add what is over the limit by itself', async () => {
      assert.deepEqual(await counters.add('sms', 101, 100), { added: false, total: 0 });
      assert.deepEqual(await counters.add('sms', 1, 0), { added: false, total: 0 });
      assert.deepEqual(await counters.add('sms', 100, 100), { added: true, total: 100 });
      assert.deepEqual(await counters.add('sms', 101, 100), { added: false, total: 100 });
    });

    it('gives back what was not used', async () => {
      await counters.add('sms', 100, 100);
      assert.deepEqual(await counters.add('sms', -30, 100), { added: true, total: 70 });
      assert.deepEqual(await counters.add('sms', 30, 100), { added: true, total: 100 });
    });

    it('takes a lower limit at once', async () => {
      await counters.add('sms', 50, 100);
      assert.deepEqual(await counters.add('sms', 1, 50), { added: false, total: 50 });
      assert.deepEqual(await counters.add('sms', 1, 51), { added: true, total: 51 });
    });

    it('never lets 100 that add at once go over the limit, in two processes', async () => {
      const added = await Promise.all(
        Array.from({ length: 100 }, (_, i) => (i % 2 ? counters : opened.neighbour).add('sms', 3, 100)),
      );
      assert.equal(added.filter((one) => one.added).length, 33);
      for (const { total } of added) assert.ok(total <= 100, `${total}`);
      assert.equal(await counters.total('sms'), 99);
    });

    it('rejects while it is down, so that nothing is spent unseen', async () => {
      await counters.add('sms', 1, 100);
      await opened.breakStore();
      await assert.rejects(counters.add('sms', 1, 100), isProblem('store_unavailable'));
      await assert.rejects(counters.total('sms'), isProblem('store_unavailable'));
    });
  });
}
