import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Claims } from '../../src/ledger/claims.ts';
import { isProblem } from '../support/is-problem.ts';

export interface OpenedClaims {
  claims: Claims;
  /** The same claims, as another process opens them. */
  neighbour: Claims;
  /** Makes the clock of both processes say another time. */
  setClock(time: string): void;
  /** Makes the store fail from now on. */
  breakStore(): Promise<void>;
  /** Must also work after `breakStore`. */
  close(): Promise<void>;
}

const minute = (n: number) => new Date(Date.UTC(2026, 2, 1, 12, n)).toISOString();

/** What every ledger of claims must do. `open` gives an empty one, anew for each test. */
export function claimsSuite(name: string, open: () => Promise<OpenedClaims>): void {
  describe(`${name}: claims`, () => {
    let opened: OpenedClaims;
    let claims: Claims;
    beforeEach(async () => {
      opened = await open();
      opened.setClock(minute(0));
      claims = opened.claims;
    });
    afterEach(() => opened.close());

    it('gives a name to whoever comes first, and tells the others who that was', async () => {
      assert.equal(await claims.claim('proof 1', 'ada'), 'ada');
      assert.equal(await opened.neighbour.claim('proof 1', 'bob'), 'ada');
      assert.equal(await claims.claim('proof 2', 'bob'), 'bob');
    });

    it('lets the owner claim again', async () => {
      for (let i = 0; i < 3; i++) assert.equal(await claims.claim('proof 1', 'ada', minute(5)), 'ada');
    });

    it('gives a name that 100 claim at once to one of them, in two processes', async () => {
      const holders = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          (i % 2 ? claims : opened.neighbour).claim('proof 1', `owner ${i}`, minute(5)),
        ),
      );
      assert.equal(new Set(holders).size, 1);
      assert.match(holders[0] ?? '', /^owner \d+$/);
      assert.equal(await claims.claim('proof 1', 'late'), holders[0]);
    });

    it('frees a name when its owner lets go, and for nobody else', async () => {
      await claims.claim('proof 1', 'ada');
      await claims.release('proof 1', 'bob');
      assert.equal(await claims.claim('proof 1', 'bob'), 'ada');
      await opened.neighbour.release('proof 1', 'ada');
      assert.equal(await claims.claim('proof 1', 'bob'), 'bob');
      await claims.release('never claimed', 'ada');
    });

    it('frees a name at its time, and keeps one without a time', async () => {
      await claims.claim('short', 'ada', minute(5));
      await claims.claim('long', 'ada');
      opened.setClock('2026-03-01T12:04:59.999Z');
      assert.equal(await claims.claim('short', 'bob'), 'ada');
      opened.setClock(minute(5));
      assert.equal(await claims.claim('short', 'bob', minute(9)), 'bob');
      opened.setClock('2036-03-01T12:00:00.000Z');
      assert.equal(await claims.claim('long', 'bob'), 'ada');
    });

    it('holds a name for as long as the last claim of its owner says', async () => {
      await claims.claim('proof 1', 'ada', minute(5));
      await claims.claim('proof 1', 'ada', minute(8));
      opened.setClock(minute(6));
      assert.equal(await claims.claim('proof 1', 'bob'), 'ada');
    });

    it('rejects while it is down, and so gives nothing twice', async () => {
      await claims.claim('proof 1', 'ada');
      await opened.breakStore();
      await assert.rejects(claims.claim('proof 1', 'bob'), isProblem('store_unavailable'));
      await assert.rejects(claims.release('proof 1', 'ada'), isProblem('store_unavailable'));
    });
  });
}
