import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { DeliveryAttempt, FeedbackRecord } from '../../src/feedback/feedback-record.ts';
import type { FeedbackStore } from '../../src/feedback/feedback-store.ts';
import type { Outbox } from '../../src/feedback/outbox.ts';
import { aFeedback } from '../support/records.ts';
import type { OpenedOutbox } from './outbox-suite.ts';

/** The given minute after the records of these tests were received. */
const minute = (n: number) => new Date(Date.UTC(2026, 2, 1, 12, n)).toISOString();
const delivered: DeliveryAttempt = { at: minute(1), outcome: 'delivered', detail: 'message-1' };
const failed: DeliveryAttempt = { at: minute(1), outcome: 'failed', detail: 'no route' };

/** What every outbox must do with feedback that is held. Part of the suite of the outbox. */
export function quarantineSuite(name: string, open: () => Promise<OpenedOutbox>): void {
  describe(`${name}: outbox of what is held`, () => {
    let opened: OpenedOutbox;
    let store: FeedbackStore & Outbox;
    beforeEach(async () => {
      opened = await open();
      store = opened.feedbackStore;
    });
    afterEach(() => opened.close());

    const deliveryOf = async (id: string) => (await store.get(id))?.delivery;
    const dueIds = async (now: string) => (await store.due(now, 100)).map(({ id }) => id);
    const enterHeld = async () => {
      const record = aFeedback({
        receivedAt: minute(0),
        status: 'quarantined',
        suspicions: ['no_token', 'no_proof_of_work'],
        delivery: { state: 'held', tries: 0, attempts: [] },
      });
      await store.put(record);
      return record;
    };
    const releasedFrom = (record: FeedbackRecord, dueAt: string): FeedbackRecord => ({
      ...record,
      status: 'new',
      delivery: { state: 'due', dueAt, tries: 0, attempts: [] },
    });

    it('offers nothing, lets nobody claim, settle or revive it, and does not count it', async () => {
      const { id, delivery } = await enterHeld();
      assert.deepEqual(await dueIds(minute(59)), []);
      assert.equal(await store.claim(id, minute(0), minute(5)), false);
      assert.equal(await store.settle(id, minute(0), delivered, { state: 'delivered' }), false);
      assert.equal(await store.revive(id, minute(1)), false);
      assert.deepEqual(await store.backlog(), { depth: 0 });
      assert.deepEqual(await deliveryOf(id), delivery);
    });

    it('releases it under the lease of whoever released it, and changes nothing else', async () => {
      const record = await enterHeld();
      const expected = releasedFrom(record, minute(5));
      assert.deepEqual(await store.release(record.id, minute(5)), expected);
      assert.deepEqual(await store.get(record.id), expected);
      assert.deepEqual(await dueIds(minute(4)), []);
      assert.deepEqual(await store.due(minute(5), 10), [expected]);
      assert.deepEqual(await store.list({ status: 'quarantined' }, { limit: 10 }), []);
      assert.deepEqual(await store.backlog(), { depth: 1, oldest: minute(0) });
      assert.equal(await store.settle(record.id, minute(5), delivered, { state: 'delivered' }), true);
    });

    it('gives it to exactly one of 20 that release it at once', async () => {
      const record = await enterHeld();
      const released = await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.release(record.id, minute(5 + i))),
      );
      assert.equal(released.filter(Boolean).length, 1);
      const winner = released.findIndex(Boolean);
      assert.deepEqual(await store.get(record.id), releasedFrom(record, minute(5 + winner)));
    });

    it('releases it whatever status somebody gave it meanwhile', async () => {
      const record = await enterHeld();
      await store.setStatus(record.id, 'spam');
      assert.deepEqual(await store.release(record.id, minute(5)), releasedFrom(record, minute(5)));
    });

    it('releases only what is held: nothing due, delivered, dead, removed or unknown', async () => {
      const { id } = aFeedback();
      await store.put(aFeedback({ id }));
      const isReleased = async () => (await store.release(id, minute(9))) !== undefined;
      assert.equal(await isReleased(), false, 'due');
      await store.claim(id, minute(0), minute(5));
      await store.settle(id, minute(5), failed, { state: 'dead' });
      assert.equal(await isReleased(), false, 'dead');
      await store.revive(id, minute(20));
      await store.settle(id, minute(20), delivered, { state: 'delivered' });
      await store.setStatus(id, 'archived');
      assert.equal(await isReleased(), false, 'delivered');
      assert.equal((await store.get(id))?.status, 'archived');
      await store.delete(id);
      assert.equal(await isReleased(), false, 'removed');
      assert.equal(await store.get(id), undefined);
    });
  });
}
