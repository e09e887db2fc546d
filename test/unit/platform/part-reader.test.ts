import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { createPartReader, type PartReaderOptions } from '../../../src/platform/aws/part-reader.ts';

const refuse = () => Promise.reject(new Error('it asked for more memory'));

function reader(source: AsyncIterable<Uint8Array>, options: Partial<PartReaderOptions> = {}) {
  const { signal } = new AbortController();
  return createPartReader(source, { partBytes: 10, signal, onUnderestimate: refuse, ...options });
}

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(source: AsyncIterable<Uint8Array>, options: Partial<PartReaderOptions> = {}) {
  const parts: Buffer[] = [];
  const { next } = reader(source, options);
  for (;;) {
    const { bytes, last } = await next();
    parts.push(Buffer.from(bytes));
    if (last) return parts;
  }
}

describe('part reader', () => {
  for (const size of [0, 1, 9, 10, 11, 19, 20, 21, 35]) {
    for (const chunk of [1, 3, 10, 100]) {
      it(`cuts ${size} bytes in chunks of ${chunk} into full parts and a rest`, async () => {
        const bytes = randomBytes(size);
        const parts = await readAll(inChunks(bytes, chunk));
        assert.deepEqual(Buffer.concat(parts), bytes);
        assert.equal(parts.length, Math.max(1, Math.ceil(size / 10)));
        for (const part of parts.slice(0, -1)) assert.equal(part.length, 10);
      });
    }
  }

  it('passes over empty chunks', async () => {
    const source = async function* () {
      for (const text of ['', 'a', '', '', 'b', '']) yield Buffer.from(text);
    };
    assert.deepEqual((await readAll(source())).map(String), ['ab']);
  });

  it('uses two slabs in turn, however many parts there are, and never slices of the shared pool', async () => {
    const { next } = reader(inChunks(randomBytes(95), 7));
    const memory = new Set<ArrayBufferLike>();
    for (let part = await next(); ; part = await next()) {
      memory.add(part.bytes.buffer);
      assert.equal(part.bytes.buffer.byteLength, 10);
      if (part.last) break;
    }
    assert.equal(memory.size, 2);
  });

  it('leaves a part alone while the next one fills', async () => {
    const bytes = randomBytes(20);
    const { next } = reader(inChunks(bytes, 4));
    const first = await next();
    await next();
    assert.deepEqual(Buffer.from(first.bytes), bytes.subarray(0, 10));
  });

  it('takes no more memory than a declared small size needs', async () => {
    const { next } = reader(inChunks(randomBytes(4), 4), { expectedBytes: 4 });
    const { bytes, last } = await next();
    assert.deepEqual([bytes.buffer.byteLength, last], [4, true]);
  });

  it('asks before it takes more memory than was declared, and loses nothing', async () => {
    for (const expectedBytes of [0, 3, 9]) {
      let asked = 0;
      const bytes = randomBytes(25);
      const onUnderestimate = async () => {
        asked += 1;
      };
      assert.deepEqual(
        Buffer.concat(await readAll(inChunks(bytes, 4), { expectedBytes, onUnderestimate })),
        bytes,
      );
      assert.equal(asked, 1);
    }
  });

  it('stops waiting for the source at the signal, with its reason', async () => {
    const [aborter, reason] = [new AbortController(), new Error('gone')];
    const hanging = async function* () {
      yield Buffer.from('abc');
      await new Promise(() => {});
    };
    const waiting = reader(hanging(), { signal: aborter.signal }).next();
    aborter.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
  });

  it('lets the source clean up when it is closed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const source = async function* () {
      try {
        for (;;) yield randomBytes(10);
      } finally {
        resolve();
      }
    };
    const { next, close } = reader(source());
    await next();
    close();
    await promise;
  });
});
