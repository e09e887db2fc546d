import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { AppError } from '../../../src/app-error.ts';
import { createAttachmentOwners } from '../../../src/feedback/attachment-owners.ts';
import { feedbackInput } from '../../../src/feedback/feedback-schemas.ts';
import { createFeedbackService } from '../../../src/feedback/feedback-service.ts';
import type { FeedbackStore } from '../../../src/feedback/feedback-store.ts';
import { createDiskObjectStore } from '../../../src/platform/local/disk-object-store.ts';
import { createSqliteClaims } from '../../../src/platform/local/sqlite-claims.ts';
import { openDatabase } from '../../../src/platform/local/sqlite-database.ts';
import { createSqliteFeedbackStore } from '../../../src/platform/local/sqlite-feedback-store.ts';
import { createSqliteOutbox } from '../../../src/platform/local/sqlite-outbox.ts';
import { mainMigrations } from '../../../src/platform/local/sqlite-schema.ts';
import { createSqliteUploadCatalogue } from '../../../src/platform/local/sqlite-upload-catalogue.ts';
import { createUploadService } from '../../../src/uploads/upload-service.ts';
import { jpeg } from '../../support/samples.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const unavailable = () => new AppError('store_unavailable');

describe('intake over a store whose answers get lost', () => {
  let temporary: TempFolder;
  let database: ReturnType<typeof openDatabase>;
  let store: FeedbackStore;
  const published: string[] = [];
  const clock = () => new Date();

  beforeEach(async () => {
    temporary = await tempFolder();
    published.length = 0;
    database = openDatabase(path.join(temporary.folder, 'inlet.db'), { migrations: mainMigrations });
    store = createSqliteFeedbackStore(database);
  });
  afterEach(async () => {
    database.close();
    await temporary.remove();
  });

  /** The service over the real stores, and a way to send one feedback with a file. */
  async function serviceOver(over: FeedbackStore) {
    const uploads = createUploadService({
      objectStore: await createDiskObjectStore({ folder: temporary.folder, clock }),
      catalogue: createSqliteUploadCatalogue(database),
      metrics: { upload() {}, uploadBytes() {} },
      clock,
      randomId: randomUUID,
      allowedTypes: new Set(['image/jpeg']),
      maxBytes: 1_000_000,
      maxFiles: 5,
      reapAfterMs: 1000,
      warn(error) {
        throw error;
      },
    });
    const service = createFeedbackService({
      store: over,
      relay: { publish: ({ id }) => void published.push(id), sweep: async () => 0, flush: async () => {} },
      uploads,
      outbox: createSqliteOutbox(database),
      owners: createAttachmentOwners(createSqliteClaims(database, clock)),
      verification: {
        check: async () => undefined,
        take: async () => {},
        giveBack: async () => {},
        yield: async () => {},
        hold: async () => {},
        forget: async () => {},
      },
      spamCheck: { assess: async () => [], giveBack: async () => {} },
      speech: { forget: async () => {} },
      metrics: { feedback() {}, suspicion() {} },
      clock,
      randomId: randomUUID,
      leaseMs: 1000,
    });
    async function send(message: string, idempotencyKey?: string, withFile = true) {
      const attachments = uploads.receive(new AbortController().signal);
      async function* bytes() {
        yield jpeg();
      }
      if (withFile) await attachments.store({ name: 'a.jpg', declaredType: 'image/jpeg', bytes: bytes() });
      const input = feedbackInput.parse({ message });
      return service.submit({ input, attachments, idempotencyKey, evidence: undefined });
    }
    return { send, all: async () => (await uploads.list({ limit: 100 })).items.map(({ id }) => id) };
  }

  it('keeps the attachments when the store put again and then found its own record', async () => {
    const { send, all } = await serviceOver({
      ...store,
      async put(record) {
        await store.put(record);
        return store.put(record);
      },
    });
    for (const key of [undefined, 'a key']) {
      const { record, replayed } = await send('Hi', key);
      assert.equal(replayed, false);
      assert.deepEqual((await store.get(record.id))?.uploads, record.uploads);
      assert.ok((await all()).includes(record.uploads[0] ?? ''));
    }
    assert.equal(published.length, 2);
  });

  it('acknowledges what was committed although the answer got lost', async () => {
    const { send, all } = await serviceOver({
      ...store,
      async put(record) {
        await store.put(record);
        throw unavailable();
      },
    });
    const { record } = await send('Hi', 'a key');
    assert.deepEqual(await all(), record.uploads);
    assert.deepEqual(published, [record.id]);
  });

  it('does not take an earlier request under the same key for its own', async () => {
    const first = await (await serviceOver(store)).send('First', 'a key', false);
    let looked = 0;
    const { send } = await serviceOver({
      ...store,
      // The first look comes before the other request has committed.
      get: async (id) => (looked++ === 0 ? undefined : store.get(id)),
      put: () => Promise.reject(unavailable()),
    });
    await assert.rejects(send('Second', 'a key', false), { code: 'idempotency_mismatch' });
    assert.equal((await store.get(first.record.id))?.message, 'First');
  });

  it('takes the attachments back when the record is known not to be there', async () => {
    const { send, all } = await serviceOver({ ...store, put: () => Promise.reject(unavailable()) });
    await assert.rejects(send('Hi'), { code: 'store_unavailable' });
    assert.deepEqual(await all(), []);
  });

  it('leaves the attachments while nobody can say whether the record is there', async () => {
    let broken = false;
    const { send, all } = await serviceOver({
      ...store,
      async put() {
        broken = true;
        throw unavailable();
      },
      get: async (id) => (broken ? Promise.reject(unavailable()) : store.get(id)),
    });
    await assert.rejects(send('Hi', 'a key'), { code: 'store_unavailable' });
    assert.equal((await all()).length, 1);
  });
});
