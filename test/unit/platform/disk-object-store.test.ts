import assert from 'node:assert/strict';
import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createDiskObjectStore } from '../../../src/platform/local/disk-object-store.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const now = new Date('2026-03-02T12:00:00.000Z');

describe('the disk object store', () => {
  let temp: TempFolder;
  let staging: string;
  const open = () => createDiskObjectStore({ folder: temp.folder, clock: () => now });
  const options = { contentType: 'text/plain', signal: new AbortController().signal };
  beforeEach(async () => {
    temp = await tempFolder();
    staging = path.join(temp.folder, 'staging');
  });
  afterEach(() => temp.remove());

  async function* source() {
    yield Buffer.from('bytes');
  }

  it('removes staging files of more than 24 hours when it opens, and leaves younger ones', async () => {
    await open();
    for (const [name, time] of [
      ['old', '2026-03-01T11:59:59.000Z'],
      ['young', '2026-03-01T12:00:01.000Z'],
    ] as const) {
      await writeFile(path.join(staging, name), 'left by a crash');
      await utimes(path.join(staging, name), now, new Date(time));
    }
    await open();
    assert.deepEqual(await readdir(staging), ['young']);
  });

  it('says store_unavailable, with the cause, when it cannot write', async () => {
    const store = await open();
    await rm(staging, { recursive: true });
    const failure = { code: 'store_unavailable', cause: { code: 'ENOENT' } };
    await assert.rejects(store.put('uploads/a', source(), options), matching(failure));
    await assert.rejects(store.check(), matching(failure));
  });

  it('keeps nothing in staging when the object cannot be put in its place', async () => {
    const store = await open();
    await writeFile(path.join(temp.folder, 'objects', 'uploads'), 'a file where a folder should be');
    await assert.rejects(store.put('uploads/a', source(), options), { code: 'store_unavailable' });
    assert.deepEqual(await readdir(staging), []);
  });

  it('refuses keys that would leave its folder', async () => {
    const store = await open();
    for (const key of ['../a', 'uploads/../../a', '/etc/passwd', 'uploads//a', 'a\0b', '.', '']) {
      await assert.rejects(store.put(key, source(), options), RangeError);
      await assert.rejects(store.get(key), RangeError);
      await assert.rejects(store.delete(key), RangeError);
    }
    assert.deepEqual((await readdir(temp.folder)).sort(), ['objects', 'staging']);
  });

  it('ends with the reason that the signal gives', async () => {
    const store = await open();
    const reason = new Error('the client stalled');
    const aborter = new AbortController();
    const stalling = async function* () {
      yield Buffer.from('bytes');
      aborter.abort(reason);
      await new Promise(() => {});
    };
    const putting = store.put('uploads/a', stalling(), { ...options, signal: aborter.signal });
    await assert.rejects(putting, (error) => error === reason);
  });

  const matching = (expected: { code: string; cause: { code: string } }) => (error: unknown) => {
    const { code, cause } = error as { code: string; cause: { code: string } };
    assert.deepEqual({ code, cause: { code: cause.code } }, expected);
    return true;
  };
});
