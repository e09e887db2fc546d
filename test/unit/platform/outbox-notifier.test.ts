import assert from 'node:assert/strict';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Notification } from '../../../src/feedback/notifier.ts';
import { createOutboxNotifier } from '../../../src/platform/local/outbox-notifier.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const notification: Notification = {
  id: 'f-1',
  subject: 'Feedback: contact\r\nBcc: everyone@example.org',
  prose: 'Ada wrote:\n\nThe map is out of date.',
  data: { message: 'The map is out of date.', rating: 4 },
  attributes: { form: 'contact', rating: 4 },
};

describe('the outbox folder', () => {
  let temp: TempFolder;
  let folder: string;
  const open = () => createOutboxNotifier({ folder, clock: () => new Date() });
  beforeEach(async () => {
    temp = await tempFolder();
    folder = path.join(temp.folder, 'outbox');
  });
  afterEach(() => temp.remove());

  it('holds a text that a person can read, with one line a header', async () => {
    const { messageId } = await (await open()).publish(notification);
    assert.equal(messageId, 'f-1.txt');
    assert.equal(
      await readFile(path.join(folder, 'f-1.txt'), 'utf8'),
      [
        'Subject: Feedback: contact Bcc: everyone@example.org',
        'Id: f-1',
        'form: contact',
        'rating: 4',
        '',
        'Ada wrote:',
        '',
        'The map is out of date.',
        '',
        '---------------- data ----------------',
        '{',
        '  "message": "The map is out of date.",',
        '  "rating": 4',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('holds one file however often, and however many at once, publish the same id', async () => {
    const notifier = await open();
    await Promise.all(Array.from({ length: 10 }, () => notifier.publish(notification)));
    assert.deepEqual(await readdir(folder), ['f-1.txt']);
  });

  it('keeps every id inside, and apart from every other', async () => {
    const notifier = await open();
    const ids = [
      '../up',
      '../../etc/passwd',
      '/root',
      '..',
      '.',
      '',
      'a/b',
      'a\0b',
      'a\\b',
      'x'.repeat(5000),
    ];
    const files: string[] = [];
    for (const id of ids) files.push((await notifier.publish({ ...notification, id })).messageId);
    assert.deepEqual((await readdir(folder)).sort(), files.sort());
    assert.equal(new Set(files).size, ids.length);
    assert.deepEqual(await readdir(temp.folder), ['outbox']);
  });

  it('is rid of what a process that died had half written, a day after, and of nothing else', async () => {
    await open();
    const old = new Date(Date.now() - 25 * 60 * 60 * 1000);
    for (const name of ['.old.tmp', '.young.tmp', 'f-0.txt'])
      await writeFile(path.join(folder, name), 'text');
    for (const name of ['.old.tmp', 'f-0.txt']) await utimes(path.join(folder, name), old, old);
    await open();
    assert.deepEqual((await readdir(folder)).sort(), ['.young.tmp', 'f-0.txt']);
  });

  it('says store_unavailable when the folder is gone', async () => {
    const notifier = await open();
    await rm(folder, { recursive: true });
    await assert.rejects(notifier.publish(notification), { code: 'store_unavailable' });
    await assert.rejects(notifier.check(), { code: 'store_unavailable' });
  });
});
