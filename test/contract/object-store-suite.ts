import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { ObjectStore, PutOptions } from '../../src/uploads/object-store.ts';

const MiB = 1024 ** 2;

export interface OpenedObjectStore {
  objectStore: ObjectStore;
  /** Names everything that lies in the store, finished or not: objects, open transfers, temporary files. */
  contents(): Promise<string[]>;
  close(): Promise<void>;
}

/** What every object store must do. `open` gives an empty store, anew for each test. */
export function objectStoreSuite(name: string, open: () => Promise<OpenedObjectStore>): void {
  describe(`${name}: object store`, () => {
    let opened: OpenedObjectStore;
    let store: ObjectStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.objectStore;
    });
    afterEach(() => opened.close());

    const assertNothingLeft = async (key: string) => {
      await assert.rejects(store.get(key), { code: 'upload_not_found' });
      assert.deepEqual(await opened.contents(), []);
    };

    for (const size of [0, 1, 65_537, 8 * MiB - 1, 8 * MiB, 8 * MiB + 1, 16 * MiB + 1]) {
      for (const declared of [true, false]) {
        it(`gives back ${size} bytes as they came, their size ${declared ? '' : 'not '}declared`, async () => {
          const [key, bytes] = [newKey(), randomBytes(size)];
          await store.put(key, inChunks(bytes), options({ expectedBytes: declared ? size : undefined }));
          assertSame(await read(store, key), bytes);
        });
      }
    }

    it('gives back bytes that come in very small chunks', async () => {
      const [key, bytes] = [newKey(), randomBytes(5_000)];
      await store.put(key, inChunks(bytes, 7), options());
      assertSame(await read(store, key), bytes);
    });

    it('gives any range of an object, both ends inclusive', async () => {
      const [key, bytes] = [newKey(), randomBytes(9 * MiB)];
      await store.put(key, inChunks(bytes), options());
      const ranges = [
        { start: 0, end: 0 },
        { start: 0, end: 99 },
        { start: 8 * MiB - 10, end: 8 * MiB + 10 },
        { start: 9 * MiB - 1, end: 9 * MiB - 1 },
        { start: 0, end: 9 * MiB - 1 },
      ];
      for (const range of ranges) {
        assertSame(await buffer(await store.get(key, range)), bytes.subarray(range.start, range.end + 1));
      }
    });

    it('says upload_not_found for an object that is not there, whole or in part', async () => {
      await assert.rejects(store.get(newKey()), { code: 'upload_not_found' });
      await assert.rejects(store.get(newKey(), { start: 0, end: 9 }), { code: 'upload_not_found' });
    });

    it('goes on serving after a reader left in the middle', async () => {
      const [key, bytes] = [newKey(), randomBytes(2 * MiB)];
      await store.put(key, inChunks(bytes), options());
      const abandoned = await store.get(key);
      await once(abandoned, 'readable');
      abandoned.destroy();
      assertSame(await read(store, key), bytes);
    });

    for (const size of [0, 100, 9 * MiB, 17 * MiB]) {
      it(`lets an error of the source out unchanged after ${size} bytes, and keeps nothing`, async () => {
        const [key, failure] = [newKey(), new Error('the client went away')];
        const failing = async function* () {
          yield* inChunks(randomBytes(size));
          throw failure;
        };
        await assert.rejects(store.put(key, failing(), options()), (error) => error === failure);
        await assertNothingLeft(key);
      });

      it(`stops at the signal while the source hangs after ${size} bytes, and keeps nothing`, async () => {
        const [key, aborter] = [newKey(), new AbortController()];
        const hanging = async function* () {
          yield* inChunks(randomBytes(size));
          setImmediate(() => aborter.abort());
          await new Promise(() => {});
        };
        await assert.rejects(store.put(key, hanging(), options({ signal: aborter.signal })));
        await assertNothingLeft(key);
      });
    }

    it('stops at the signal while the source still brings bytes, and keeps nothing', async () => {
      const [key, aborter] = [newKey(), new AbortController()];
      const endless = async function* () {
        for (let sent = 0; ; sent += MiB) {
          if (sent === 12 * MiB) aborter.abort();
          yield randomBytes(MiB);
        }
      };
      await assert.rejects(store.put(key, endless(), options({ signal: aborter.signal })));
      await assertNothingLeft(key);
    });

    it('stores nothing if the signal was given before it began', async () => {
      const key = newKey();
      const signal = AbortSignal.abort();
      await assert.rejects(store.put(key, inChunks(randomBytes(100)), options({ signal })));
      await assertNothingLeft(key);
    });

    it('does not mix objects that are stored at the same time', async () => {
      const objects = Array.from({ length: 6 }, (_, i) => ({
        key: newKey(),
        bytes: randomBytes(i * MiB + i),
      }));
      await Promise.all(objects.map(({ key, bytes }) => store.put(key, inChunks(bytes), options())));
      for (const { key, bytes } of objects) assertSame(await read(store, key), bytes);
    });

    it('keeps the others when one of several transfers fails', async () => {
      const [good, bad, bytes] = [newKey(), newKey(), randomBytes(9 * MiB)];
      const failing = async function* () {
        yield randomBytes(MiB);
        throw new Error('broken');
      };
      const results = await Promise.allSettled([
        store.put(good, inChunks(bytes), options()),
        store.put(bad, failing(), options()),
      ]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected'],
      );
      assertSame(await read(store, good), bytes);
      await assert.rejects(store.get(bad), { code: 'upload_not_found' });
    });

    for (const size of [1000, 9 * MiB]) {
      it(`leaves an object of ${size} bytes as it is if it must be absent, and says so`, async () => {
        const [key, first, second] = [newKey(), randomBytes(size), randomBytes(size)];
        const ifAbsent = options({ ifAbsent: true });
        assert.equal(await store.put(key, inChunks(first), ifAbsent), true);
        assert.equal(await store.put(key, inChunks(second), ifAbsent), false);
        assertSame(await read(store, key), first);
        assert.equal((await opened.contents()).length, 1, 'nothing but the object is left');
        assert.equal(await store.put(key, inChunks(second), options()), true);
        assertSame(await read(store, key), second);
      });
    }

    it('lets exactly one of 20 that put at once where it must be absent have its bytes kept', async () => {
      const key = newKey();
      const each = Array.from({ length: 20 }, () => randomBytes(5000));
      const put = await Promise.all(
        each.map((bytes) => store.put(key, inChunks(bytes), options({ ifAbsent: true }))),
      );
      assert.equal(put.filter(Boolean).length, 1);
      assertSame(await read(store, key), each[put.indexOf(true)] ?? Buffer.of());
      assert.equal((await opened.contents()).length, 1);
    });

    it('keeps the object that is there when a put that must not replace it breaks off', async () => {
      const [key, bytes] = [newKey(), randomBytes(1000)];
      await store.put(key, inChunks(bytes), options());
      const failing = async function* () {
        yield randomBytes(9 * MiB);
        throw new Error('broken');
      };
      await assert.rejects(store.put(key, failing(), options({ ifAbsent: true })), { message: 'broken' });
      assertSame(await read(store, key), bytes);
      assert.equal((await opened.contents()).length, 1);
    });

    it('removes an object, and succeeds when it is gone already', async () => {
      const key = newKey();
      await store.put(key, inChunks(randomBytes(1000)), options());
      await store.delete(key);
      await assertNothingLeft(key);
      await store.delete(key);
    });

    it('says that it may be used', async () => {
      await store.check();
    });
  });
}

const newKey = () => `uploads/${randomUUID()}`;

function options(overrides: Partial<PutOptions> = {}): PutOptions {
  return { contentType: 'application/octet-stream', signal: new AbortController().signal, ...overrides };
}

async function* inChunks(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(store: ObjectStore, key: string): Promise<Buffer> {
  return buffer(await store.get(key));
}

/** Compares without printing megabytes when it fails. */
function assertSame(actual: Buffer, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length);
  assert.ok(actual.equals(expected), 'the bytes differ');
}
