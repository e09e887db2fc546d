import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { SpeechRecord } from '../../src/speech/speech-record.ts';
import type { SpeechStore } from '../../src/speech/speech-store.ts';
import { aSpeech } from '../support/a-speech.ts';

export interface OpenedSpeechStore {
  speechStore: SpeechStore;
  close(): Promise<void>;
}

/** The given minute after the records of these tests were made. */
const minute = (n: number) => new Date(Date.UTC(2026, 2, 1, 12, n)).toISOString();

/** The record after a change. Members that are undefined are taken out. */
function changed(record: SpeechRecord, change: Partial<SpeechRecord>, without: keyof SpeechRecord = 'owner') {
  const { [without]: _, ...rest } = { ...record, ...change, version: record.version + 1 };
  return rest as SpeechRecord;
}

/** What every store of speech must do. `open` gives an empty store, anew for each test. */
export function speechStoreSuite(name: string, open: () => Promise<OpenedSpeechStore>): void {
  describe(`${name}: speech store`, () => {
    let opened: OpenedSpeechStore;
    let store: SpeechStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.speechStore;
    });
    afterEach(() => opened.close());

    const enter = async (given: Partial<SpeechRecord> = {}) => {
      const record = aSpeech(given);
      assert.equal(await store.create(record), true);
      return record;
    };
    const dueIds = async (now: string) => (await store.due(now, 100)).map(({ id }) => id);

    it('gives back a record as it was entered', async () => {
      const record = await enter({
        owner: 'feedback 1',
        state: 'complete',
        pieces: {
          total: 2,
          done: [
            { bytes: 9, milliseconds: 1200 },
            { bytes: 3, milliseconds: 7 },
          ],
        },
        captions: 'done',
        marks: 3,
        audio: { size: 12, sha256: 'ab'.repeat(32), contentType: 'audio/mpeg', milliseconds: 1207 },
        failure: { code: 'speech_failed', detail: 'Zu lang: „Größe“ 🔊' },
        reserved: { counter: 'speech 2026-03', characters: 9000 },
        maker: 'one',
      });
      assert.deepEqual(await store.get(record.id), record);
      assert.equal(await store.get(aSpeech().id), undefined);
    });

    it('refuses an id that is taken, and keeps the first record', async () => {
      const record = await enter();
      assert.equal(await store.create(aSpeech({ id: record.id, voice: 'other' })), false);
      assert.deepEqual(await store.get(record.id), record);
    });

    it('lets exactly one of 50 that create a record at once do so', async () => {
      const { id } = aSpeech();
      const records = Array.from({ length: 50 }, (_, n) => aSpeech({ id, place: `place-${n}` }));
      const created = await Promise.all(records.map((record) => store.create(record)));
      assert.equal(created.filter(Boolean).length, 1);
      assert.deepEqual(await store.get(id), records[created.indexOf(true)]);
    });

    it('replaces a record of the version that was seen, and no other', async () => {
      const record = await enter();
      const next = changed(record, { state: 'failed' }, 'dueAt');
      assert.equal(await store.put(next, 7), false);
      assert.equal(await store.put(next, 1), true);
      assert.equal(await store.put(changed(record, { state: 'complete' }), 1), false);
      assert.deepEqual(await store.get(record.id), next);
    });

    it('lets exactly one of 20 that replace a record at once do so', async () => {
      const record = await enter();
      const next = Array.from({ length: 20 }, (_, n) => changed(record, { maker: `maker-${n}` }));
      const replaced = await Promise.all(next.map((each) => store.put(each, 1)));
      assert.equal(replaced.filter(Boolean).length, 1);
      assert.deepEqual(await store.get(record.id), next[replaced.indexOf(true)]);
    });

    it('does not bring back a record that is gone', async () => {
      const record = await enter();
      assert.equal(await store.delete(record.id, 2), false);
      assert.equal(await store.delete(record.id, 1), true);
      assert.equal(await store.delete(record.id, 1), false);
      assert.equal(await store.put(changed(record, {}), 1), false);
      assert.equal(await store.get(record.id), undefined);
      assert.deepEqual(await dueIds(minute(59)), []);
    });

    it('lists what is due with its record, from its time on, the longest due first', async () => {
      const records = [];
      for (const n of [2, 0, 1]) records.push(await enter({ dueAt: minute(n) }));
      assert.deepEqual(await store.due(minute(1), 10), [records[1], records[2]]);
      assert.deepEqual(await store.due(minute(9), 10), [records[1], records[2], records[0]]);
      assert.deepEqual(await store.due(minute(9), 1), [records[1]]);
      assert.deepEqual(await dueIds('2026-03-01T11:59:59.999Z'), []);
    });

    it('lists a record that was put off at its new time only, and one that is done never', async () => {
      const record = await enter({ dueAt: minute(0) });
      const later = changed(record, { dueAt: minute(5) });
      assert.equal(await store.put(later, 1), true);
      assert.deepEqual(await dueIds(minute(4)), []);
      assert.deepEqual(await dueIds(minute(5)), [record.id]);
      const done = changed(later, { state: 'complete' }, 'dueAt');
      assert.equal(await store.put(done, 2), true);
      assert.deepEqual(await dueIds(minute(59)), []);
      assert.equal(await store.put(changed(done, { dueAt: minute(7) }), 3), true);
      assert.deepEqual(await dueIds(minute(7)), [record.id]);
    });

    it('says that it may be used', async () => {
      await store.check();
    });
  });
}
