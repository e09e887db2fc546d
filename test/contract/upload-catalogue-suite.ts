import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { UploadCatalogue, UploadRecord } from '../../src/uploads/upload-catalogue.ts';
import { anUpload } from '../support/records.ts';
import { inListOrder, walk } from '../support/walk.ts';

export interface OpenedUploadCatalogue {
  uploadCatalogue: UploadCatalogue;
  close(): Promise<void>;
}

const reapAt = '2026-03-02T12:00:00.000Z';
const before = '2026-03-02T11:59:59.999Z';
const after = '2026-03-09T12:00:00.000Z';

/** What every upload catalogue must do. `open` gives an empty catalogue, anew for each test. */
export function uploadCatalogueSuite(name: string, open: () => Promise<OpenedUploadCatalogue>): void {
  describe(`${name}: upload catalogue`, () => {
    let opened: OpenedUploadCatalogue;
    let catalogue: UploadCatalogue;
    beforeEach(async () => {
      opened = await open();
      catalogue = opened.uploadCatalogue;
    });
    afterEach(() => opened.close());

    const enter = async (overrides: Partial<UploadRecord> = {}) => {
      const record = anUpload(overrides);
      await catalogue.begin({ id: record.id, key: record.key }, reapAt);
      assert.equal(await catalogue.complete(record), true);
      return record;
    };

    it('shows an upload only once it is complete', async () => {
      const record = anUpload();
      await catalogue.begin({ id: record.id, key: record.key }, reapAt);
      assert.equal(await catalogue.get(record.id), undefined);
      assert.deepEqual(await catalogue.list({ limit: 10 }), []);
      assert.equal(await catalogue.complete(record), true);
      assert.deepEqual(await catalogue.get(record.id), record);
      assert.deepEqual(await catalogue.list({ limit: 10 }), [record]);
    });

    it('gives back names and metadata in any script, and none', async () => {
      const metadata = { 'größe 📏': '«12 × 18»\n\t"\\', empty: '', __proto: 'x' };
      const odd = await enter({ name: '写真 👩‍👩‍👧 \u202e.jpg', metadata, size: 5 * 1024 ** 4 });
      const bare = await enter({ metadata: {} });
      assert.deepEqual(await catalogue.get(odd.id), odd);
      assert.deepEqual(await catalogue.get(bare.id), bare);
    });

    it('does not know an upload that was never begun', async () => {
      const record = anUpload();
      assert.equal(await catalogue.complete(record), false);
      assert.equal(await catalogue.get(record.id), undefined);
      assert.equal(await catalogue.condemn(record.id, after), undefined);
      assert.deepEqual(await catalogue.abandoned(after, 10), []);
    });

    it('counts a begun upload as abandoned from its time on, not earlier', async () => {
      const upload = { id: randomUUID(), key: `uploads/${randomUUID()}` };
      await catalogue.begin(upload, reapAt);
      assert.deepEqual(await catalogue.abandoned(before, 10), []);
      assert.deepEqual(await catalogue.abandoned(reapAt, 10), [upload]);
      assert.deepEqual(await catalogue.abandoned(after, 10), [upload]);
    });

    it('never counts a complete upload as abandoned', async () => {
      await enter();
      assert.deepEqual(await catalogue.abandoned(after, 10), []);
    });

    it('hides a condemned upload at once, for good, and makes it due for reaping at once', async () => {
      const record = await enter();
      const unfinished = { id: record.id, key: record.key };
      assert.deepEqual(await catalogue.condemn(record.id, before), unfinished);
      assert.equal(await catalogue.get(record.id), undefined);
      assert.deepEqual(await catalogue.list({ limit: 10 }), []);
      assert.deepEqual(await catalogue.abandoned(before, 10), [unfinished]);
      assert.equal(await catalogue.complete(record), false);
      assert.equal(await catalogue.get(record.id), undefined);
    });

    it('does not complete an upload that was condemned while it was under way', async () => {
      const record = anUpload();
      const unfinished = { id: record.id, key: record.key };
      await catalogue.begin(unfinished, reapAt);
      assert.deepEqual(await catalogue.condemn(record.id, before), unfinished);
      assert.equal(await catalogue.complete(record), false);
      assert.equal(await catalogue.get(record.id), undefined);
      assert.deepEqual(await catalogue.abandoned(before, 10), [unfinished]);
    });

    it('lets either the completion or the condemnation come first, and hides the upload both ways', async () => {
      for (let round = 0; round < 10; round++) {
        const record = anUpload();
        await catalogue.begin({ id: record.id, key: record.key }, reapAt);
        await Promise.all([catalogue.complete(record), catalogue.condemn(record.id, before)]);
        assert.equal(await catalogue.get(record.id), undefined);
      }
      assert.equal((await catalogue.abandoned(before, 20)).length, 10);
    });

    it('forgets an upload, and succeeds when it is forgotten already', async () => {
      const record = await enter();
      await catalogue.condemn(record.id, before);
      await catalogue.forget(record.id);
      await catalogue.forget(record.id);
      assert.equal(await catalogue.get(record.id), undefined);
      assert.equal(await catalogue.complete(record), false);
      assert.deepEqual(await catalogue.abandoned(after, 10), []);
    });

    it('lists no more abandoned uploads than asked for, and all of them as they are forgotten', async () => {
      const ids = Array.from({ length: 7 }, () => randomUUID());
      for (const id of ids) await catalogue.begin({ id, key: `uploads/${id}` }, reapAt);
      const reaped: string[] = [];
      for (;;) {
        const some = await catalogue.abandoned(after, 3);
        assert.ok(some.length <= 3);
        if (some.length === 0) break;
        for (const { id } of some) await catalogue.forget(id);
        reaped.push(...some.map(({ id }) => id));
      }
      assert.deepEqual(reaped.sort(), ids.sort());
    });

    it('lists the newest first, and those of one moment by id, descending', async () => {
      const records = [];
      for (const minute of ['03', '01', '02', '01', '03']) {
        records.push(await enter({ createdAt: `2026-03-01T12:${minute}:00.000Z` }));
      }
      const expected = inListOrder(records, ({ createdAt, id }) => ({ at: createdAt, id }));
      assert.deepEqual(await catalogue.list({ limit: 10 }), expected);
      assert.deepEqual(await catalogue.list({ limit: 2 }), expected.slice(0, 2));
    });

    it('pages through 25 uploads of the same moment, none lost and none twice', async () => {
      const records = [];
      for (let i = 0; i < 25; i++) records.push(await enter());
      const begun = anUpload();
      await catalogue.begin({ id: begun.id, key: begun.key }, reapAt);
      const position = (upload: UploadRecord) => ({ at: upload.createdAt, id: upload.id });
      const pages = await walk((page) => catalogue.list(page), 4, position);
      assert.deepEqual(pages.flat(), inListOrder(records, position));
      assert.deepEqual(
        pages.map((page) => page.length),
        [4, 4, 4, 4, 4, 4, 1],
      );
    });

    it('says that it may be used', async () => {
      await catalogue.check();
    });
  });
}
