import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { DeliveryAttempt, FeedbackRecord } from '../../src/feedback/feedback-record.ts';
import type { FeedbackStore } from '../../src/feedback/feedback-store.ts';
import { ledgerLength, type Outbox } from '../../src/feedback/outbox.ts';
import { aFeedback } from '../support/records.ts';
import { quarantineSuite } from './quarantine-suite.ts';

export interface OpenedOutbox {
  feedbackStore: FeedbackStore & Outbox;
  close(): Promise<void>;
}

/** The given minute after the records of these tests were received. */
const minute = (n: number) => new Date(Date.UTC(2026, 2, 1, 12, n)).toISOString();
const delivered: DeliveryAttempt = { at: minute(1), outcome: 'delivered', detail: 'message-1' };
const failed = (n = 1): DeliveryAttempt => ({
  at: minute(n),
  outcome: 'failed',
  detail: `no route, try ${n}`,
});

/** What the outbox side of every feedback store must do. `open` gives an empty store, anew for each test. */
export function outboxSuite(name: string, open: () => Promise<OpenedOutbox>): void {
  quarantineSuite(name, open);

  describe(`${name}: outbox`, () => {
    let opened: OpenedOutbox;
    let store: FeedbackStore & Outbox;
    beforeEach(async () => {
      opened = await open();
      store = opened.feedbackStore;
    });
    afterEach(() => opened.close());

    const enter = async (receivedAt = minute(0)) => {
      const record = aFeedback({ receivedAt });
      await store.put(record);
      return record;
    };
    /** Enters a record and claims it until the fifth minute. */
    const enterClaimed = async () => {
      const record = await enter();
      assert.equal(await store.claim(record.id, minute(0), minute(5)), true);
      return record.id;
    };
    const deliveryOf = async (id: string) => (await store.get(id))?.delivery;
    const dueIds = async (now: string) => (await store.due(now, 100)).map(({ id }) => id);

    it('lists what is due with its record, from its time on, the longest due first', async () => {
      const records: FeedbackRecord[] = [];
      for (const n of [2, 0, 1]) records.push(await enter(minute(n)));
      assert.deepEqual(await store.due(minute(1), 10), [records[1], records[2]]);
      assert.deepEqual(await store.due(minute(9), 10), [records[1], records[2], records[0]]);
      assert.deepEqual(await store.due(minute(9), 1), [records[1]]);
      assert.deepEqual(await store.due('2026-03-01T11:59:59.999Z', 10), []);
    });

    it('gives a claimed record to nobody else until the lease is over', async () => {
      const id = await enterClaimed();
      assert.deepEqual(await dueIds(minute(4)), []);
      assert.equal(await store.claim(id, minute(0), minute(6)), false);
      assert.deepEqual(await deliveryOf(id), { state: 'due', dueAt: minute(5), tries: 0, attempts: [] });
      assert.deepEqual(await dueIds(minute(5)), [id]);
      assert.equal(await store.claim(id, minute(5), minute(10)), true);
    });

    it('lets exactly one of 20 that claim at once have the record', async () => {
      const { id } = await enter();
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.claim(id, minute(0), minute(5 + i))),
      );
      assert.equal(claims.filter(Boolean).length, 1);
      assert.equal((await deliveryOf(id))?.dueAt, minute(5 + claims.indexOf(true)));
    });

    it('does not let a record be claimed that is not there', async () => {
      assert.equal(await store.claim(aFeedback().id, minute(0), minute(5)), false);
      assert.equal(await store.settle(aFeedback().id, minute(0), delivered, { state: 'delivered' }), false);
      assert.equal(await store.revive(aFeedback().id, minute(0)), false);
      assert.deepEqual(await store.backlog(), { depth: 0 });
    });

    it('enters a delivery, and never offers the record again', async () => {
      const id = await enterClaimed();
      assert.equal(await store.settle(id, minute(5), delivered, { state: 'delivered' }), true);
      assert.deepEqual(await deliveryOf(id), { state: 'delivered', tries: 1, attempts: [delivered] });
      assert.deepEqual(await dueIds(minute(59)), []);
      assert.equal(await store.claim(id, minute(5), minute(9)), false);
      assert.equal(await store.settle(id, minute(5), failed(), { state: 'dead' }), false);
    });

    it('changes nothing when the lease is lost', async () => {
      const id = await enterClaimed();
      assert.equal(await store.claim(id, minute(5), minute(10)), true);
      assert.equal(await store.settle(id, minute(5), delivered, { state: 'delivered' }), false);
      assert.deepEqual(await deliveryOf(id), { state: 'due', dueAt: minute(10), tries: 0, attempts: [] });
      assert.equal(await store.settle(id, minute(10), failed(), { state: 'dead' }), true);
    });

    it('lets exactly one of 20 that settle at once enter its attempt', async () => {
      const id = await enterClaimed();
      const settled = await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.settle(id, minute(5), failed(i), { state: 'dead' })),
      );
      assert.equal(settled.filter(Boolean).length, 1);
      const attempts = [failed(settled.indexOf(true))];
      assert.deepEqual(await deliveryOf(id), { state: 'dead', tries: 1, attempts });
    });

    it('offers a failed record again at its time only', async () => {
      const id = await enterClaimed();
      assert.equal(await store.settle(id, minute(5), failed(), { state: 'due', dueAt: minute(3) }), true);
      assert.deepEqual(await deliveryOf(id), {
        state: 'due',
        dueAt: minute(3),
        tries: 1,
        attempts: [failed()],
      });
      assert.deepEqual(await dueIds(minute(2)), []);
      assert.deepEqual(await dueIds(minute(3)), [id]);
    });

    it('never offers a dead record, until it is revived with its tries counted from 0', async () => {
      const id = await enterClaimed();
      assert.equal(await store.settle(id, minute(5), failed(), { state: 'dead' }), true);
      assert.deepEqual(await deliveryOf(id), { state: 'dead', tries: 1, attempts: [failed()] });
      assert.deepEqual(await dueIds(minute(59)), []);
      assert.equal(await store.claim(id, minute(5), minute(9)), false);
      assert.equal(await store.revive(id, minute(20)), true);
      assert.deepEqual(await deliveryOf(id), {
        state: 'due',
        dueAt: minute(20),
        tries: 0,
        attempts: [failed()],
      });
      assert.deepEqual(await dueIds(minute(19)), []);
      assert.deepEqual(await dueIds(minute(20)), [id]);
      assert.equal(await store.claim(id, minute(20), minute(25)), true);
    });

    it('revives a delivered record, so that it is sent once more', async () => {
      const id = await enterClaimed();
      await store.settle(id, minute(5), delivered, { state: 'delivered' });
      assert.equal(await store.revive(id, minute(20)), true);
      assert.deepEqual(await dueIds(minute(20)), [id]);
    });

    it('does not take the lease from a worker by reviving', async () => {
      const id = await enterClaimed();
      assert.equal(await store.revive(id, minute(1)), false);
      assert.equal((await deliveryOf(id))?.dueAt, minute(5));
    });

    it('keeps only the newest tries in the ledger, but counts them all', async () => {
      const { id } = await enter();
      const tries = ledgerLength + 5;
      for (let n = 0; n < tries; n++) {
        assert.equal(
          await store.settle(id, minute(n), failed(n), { state: 'due', dueAt: minute(n + 1) }),
          true,
        );
      }
      const attempts = Array.from({ length: ledgerLength }, (_, i) => failed(i + 5));
      assert.deepEqual(await deliveryOf(id), { state: 'due', dueAt: minute(tries), tries, attempts });
    });

    it('counts what is due or under way, and says when the oldest was received', async () => {
      assert.deepEqual(await store.backlog(), { depth: 0 });
      const [oldest, middle, newest] = [
        await enter(minute(0)),
        await enter(minute(1)),
        await enter(minute(2)),
      ];
      await store.claim(oldest.id, minute(0), minute(50));
      assert.deepEqual(await store.backlog(), { depth: 3, oldest: minute(0) });
      await store.settle(oldest.id, minute(50), delivered, { state: 'delivered' });
      assert.deepEqual(await store.backlog(), { depth: 2, oldest: minute(1) });
      await store.settle(middle.id, minute(1), failed(), { state: 'dead' });
      assert.deepEqual(await store.backlog(), { depth: 1, oldest: minute(2) });
      await store.delete(newest.id);
      assert.deepEqual(await store.backlog(), { depth: 0 });
      await store.revive(middle.id, minute(30));
      assert.deepEqual(await store.backlog(), { depth: 1, oldest: minute(1) });
    });

    it('keeps the outbox mark and the status apart', async () => {
      const id = await enterClaimed();
      await Promise.all([
        store.setStatus(id, 'read'),
        store.settle(id, minute(5), delivered, { state: 'delivered' }),
      ]);
      const record = await store.get(id);
      assert.equal(record?.status, 'read');
      assert.deepEqual(record?.delivery, { state: 'delivered', tries: 1, attempts: [delivered] });
    });

    it('forgets the notification of a record that is removed', async () => {
      const id = await enterClaimed();
      await store.delete(id);
      assert.deepEqual(await dueIds(minute(59)), []);
      assert.equal(await store.settle(id, minute(5), delivered, { state: 'delivered' }), false);
      assert.equal(await store.get(id), undefined);
    });
  });
}
