import assert from 'node:assert/strict';
import { readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openLinkSecrets } from '../../../src/platform/local/link-secrets.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

describe('the secret for links', () => {
  let temp: TempFolder;
  let file: string;
  beforeEach(async () => {
    temp = await tempFolder();
    file = path.join(temp.folder, 'link-secret');
  });
  afterEach(() => temp.remove());

  it('is the same for 20 that ask for it at once, and leaves one file for the owner only', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => openLinkSecrets(undefined, file)));
    assert.equal(new Set(answers.flat()).size, 1);
    assert.match(answers.flat()[0] ?? '', /^[\w-]{43}$/);
    assert.deepEqual(await readdir(temp.folder), ['link-secret']);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('is another one in another folder', async () => {
    const other = path.join(temp.folder, 'other', 'link-secret');
    assert.notDeepEqual(await openLinkSecrets(undefined, file), await openLinkSecrets(undefined, other));
  });

  it('may not be short or empty', async () => {
    await writeFile(file, '\n');
    await assert.rejects(openLinkSecrets(undefined, file), /at least 32 characters/);
  });
});
