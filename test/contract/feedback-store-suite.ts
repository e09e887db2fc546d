import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { FeedbackRecord } from '../../src/feedback/feedback-record.ts';
import type { FeedbackFilter, FeedbackStore } from '../../src/feedback/feedback-store.ts';
import { aFeedback } from '../support/records.ts';
import { inListOrder, walk } from '../support/walk.ts';

export interface OpenedFeedbackStore {
  feedbackStore: FeedbackStore;
  close(): Promise<void>;
}

const position = (record: FeedbackRecord) => ({ at: record.receivedAt, id: record.id });

/** What every feedback store must do. `open` gives an empty store, anew for each test. */
export function feedbackStoreSuite(name: string, open: () => Promise<OpenedFeedbackStore>): void {
  describe(`${name}: feedback store`, () => {
    let opened: OpenedFeedbackStore;
    let store: FeedbackStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.feedbackStore;
    });
    afterEach(() => opened.close());

    const enter = async (overrides: Partial<FeedbackRecord> = {}) => {
      const record = aFeedback(overrides);
      assert.deepEqual(await store.put(record), { created: true, record });
      return record;
    };

    const assertFinds = async (filter: FeedbackFilter, expected: FeedbackRecord[]) => {
      const found = await store.list(filter, { limit: 100 });
      assert.deepEqual(found, inListOrder(expected, position), JSON.stringify(filter));
    };

    it('gives back a record as it was put, with everything or only what it must have', async () => {
      const bare = await enter();
      const full = await enter({
        form: 'Kontakt/日本',
        message: 'Größe 👩‍👩‍👧\r\n"quoted" \\ \'single\' % _ \u202e שלום',
        rating: 5,
        name: 'Zoë O’Brien',
        email: 'zoë@exämple.org',
        page: 'https://www.example.org/a?b=c#d',
        fields: { 'room №': '12', empty: '' },
        uploads: ['u1', 'u2'],
        status: 'spam',
        verified: true,
        verifiedBy: { channel: 'email', subject: 'kqZ3_-8fH0' },
        suspicions: ['honeypot', 'token_expired', 'foreign_origin'],
        delivery: {
          state: 'dead',
          tries: 40,
          attempts: [{ at: '2026-03-01T12:00:00.000Z', outcome: 'failed', detail: 'no route' }],
        },
      });
      assert.deepEqual(await store.get(bare.id), bare);
      assert.deepEqual(await store.get(full.id), full);
      assert.equal(await store.get(aFeedback().id), undefined);
    });

    it('keeps what is held, with the reasons, until its status is set', async () => {
      const held = await enter({
        status: 'quarantined',
        suspicions: ['no_token'],
        verified: true,
        verifiedBy: { channel: 'sms', subject: 'kqZ3_-8fH0' },
        delivery: { state: 'held', tries: 0, attempts: [] },
      });
      const plain = await enter();
      await assertFinds({ status: 'quarantined' }, [held]);
      await assertFinds({ status: 'new' }, [plain]);
      const judged: FeedbackRecord = { ...held, status: 'spam' };
      assert.deepEqual(await store.setStatus(held.id, 'spam'), judged);
      await assertFinds({ status: 'quarantined' }, []);
      assert.deepEqual(await store.get(held.id), judged);
    });

    it('answers a second put of the same id with the first record, and changes nothing', async () => {
      const first = await enter();
      const second = aFeedback({ id: first.id, message: 'another', fingerprint: 'other' });
      assert.deepEqual(await store.put(second), { created: false, record: first });
      assert.deepEqual(await store.get(first.id), first);
      await assertFinds({}, [first]);
    });

    it('enters exactly one of 50 records with the same id that come at once, and answers all with it', async () => {
      const { id } = aFeedback();
      const records = Array.from({ length: 50 }, (_, i) => aFeedback({ id, message: `No. ${i}` }));
      const answers = await Promise.all(records.map((record) => store.put(record)));
      assert.equal(answers.filter(({ created }) => created).length, 1);
      const winner = records[answers.findIndex(({ created }) => created)];
      for (const { record } of answers) assert.deepEqual(record, winner);
      assert.deepEqual(await store.get(id), winner);
    });

    it('filters by form, rating and status', async () => {
      const plain = await enter();
      const contact = await enter({ form: 'contact', rating: 1 });
      const praise = await enter({ form: 'contact', rating: 5, status: 'archived' });
      await assertFinds({}, [plain, contact, praise]);
      await assertFinds({ form: 'contact' }, [contact, praise]);
      await assertFinds({ form: 'Contact' }, []);
      await assertFinds({ rating: 5 }, [praise]);
      await assertFinds({ status: 'new' }, [plain, contact]);
      await assertFinds({ form: 'contact', status: 'new', rating: 1 }, [contact]);
      await assertFinds({ form: 'contact', status: 'new', rating: 5 }, []);
    });

    it('filters by time: from is inclusive, to is exclusive', async () => {
      const early = await enter({ receivedAt: '2026-03-01T00:00:00.000Z' });
      const noon = await enter({ receivedAt: '2026-03-01T12:00:00.000Z' });
      const late = await enter({ receivedAt: '2026-03-02T00:00:00.000Z' });
      await assertFinds({ from: noon.receivedAt }, [noon, late]);
      await assertFinds({ to: noon.receivedAt }, [early]);
      await assertFinds({ from: early.receivedAt, to: late.receivedAt }, [early, noon]);
      await assertFinds({ from: '2026-03-01T12:00:00.001Z', to: late.receivedAt }, []);
    });

    it('finds words in message, name, e-mail address and fields, whatever their case', async () => {
      const message = await enter({ message: 'Viel ÄRGER mit dem Aufzug' });
      const name = await enter({ name: 'Frau Ärgerlich' });
      const email = await enter({ email: 'ärger@example.org' });
      const field = await enter({ fields: { topic: 'ärgernis' } });
      await enter({ message: 'Alles gut' });
      for (const q of ['ärger', 'ÄRGER', 'Ärger']) await assertFinds({ q }, [message, name, email, field]);
      await assertFinds({ q: 'ger mit dem auf' }, [message]);
      await assertFinds({ q: 'Aufzug Frau' }, []);
    });

    it('takes %, _, quotes and backslashes in what is looked for as they are', async () => {
      const percent = await enter({ message: 'I want 50% off' });
      await enter({ message: 'I want 500 offers' });
      const underscore = await enter({ message: 'snake_case' });
      await enter({ message: 'snakeXcase' });
      const backslash = await enter({ message: 'C:\\temp isn\'t "there"' });
      await assertFinds({ q: '50%' }, [percent]);
      await assertFinds({ q: '50% O' }, [percent]);
      await assertFinds({ q: 'E_C' }, [underscore]);
      await assertFinds({ q: ':\\T' }, [backslash]);
      await assertFinds({ q: 'isn\'t "there"' }, [backslash]);
    });

    it('combines every filter', async () => {
      const sought = {
        form: 'contact',
        rating: 3,
        status: 'read',
        message: 'Lost umbrella',
        receivedAt: '2026-03-05T10:00:00.000Z',
      } as const;
      const match = await enter(sought);
      await enter({ ...sought, form: 'other' });
      await enter({ ...sought, rating: 4 });
      await enter({ ...sought, status: 'new' });
      await enter({ ...sought, message: 'Found umbrella' });
      await enter({ ...sought, receivedAt: '2026-03-06T10:00:00.000Z' });
      await assertFinds(
        {
          form: 'contact',
          rating: 3,
          status: 'read',
          q: 'LOST',
          from: '2026-03-05T00:00:00.000Z',
          to: '2026-03-06T00:00:00.000Z',
        },
        [match],
      );
    });

    it('pages through 25 records of the same moment, none lost and none twice', async () => {
      const records = [];
      for (let i = 0; i < 25; i++) records.push(await enter());
      const pages = await walk((page) => store.list({}, page), 5, position);
      assert.deepEqual(pages.flat(), inListOrder(records, position));
    });

    it('fills its pages under filters, even where most records do not match', async () => {
      const matching: FeedbackRecord[] = [];
      for (let i = 0; i < 36; i++) {
        const receivedAt = `2026-03-01T12:00:${String(i % 7).padStart(2, '0')}.000Z`;
        if (i % 3 === 0) matching.push(await enter({ receivedAt, rating: 2, message: `broken lamp ${i}` }));
        else await enter({ receivedAt, rating: i % 3 === 1 ? 2 : 4, message: i % 3 === 1 ? 'fine' : 'lamp' });
      }
      const pages = await walk((page) => store.list({ rating: 2, q: 'Lamp' }, page), 5, position);
      assert.deepEqual(pages.flat(), inListOrder(matching, position));
      assert.deepEqual(
        pages.map((page) => page.length),
        [5, 5, 2],
      );
    });

    it('changes the status, and nothing else', async () => {
      const [record, other] = [await enter(), await enter()];
      const changed: FeedbackRecord = { ...record, status: 'archived' };
      assert.deepEqual(await store.setStatus(record.id, 'archived'), changed);
      assert.deepEqual(await store.get(record.id), changed);
      assert.deepEqual(await store.get(other.id), other);
      await assertFinds({ status: 'archived' }, [changed]);
      await assertFinds({ status: 'new' }, [other]);
    });

    it('does not make a record by changing or removing one that is not there', async () => {
      assert.equal(await store.setStatus(aFeedback().id, 'read'), undefined);
      assert.equal(await store.delete(aFeedback().id), false);
      await assertFinds({}, []);
    });

    it('removes a record for good, and says so only once', async () => {
      const [record, other] = [await enter(), await enter()];
      assert.equal(await store.delete(record.id), true);
      assert.equal(await store.delete(record.id), false);
      assert.equal(await store.get(record.id), undefined);
      assert.equal(await store.setStatus(record.id, 'read'), undefined);
      await assertFinds({}, [other]);
    });

    it('says that it may be used', async () => {
      await store.check();
    });
  });
}
