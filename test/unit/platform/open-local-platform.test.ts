import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type LocalConfig, loadConfig } from '../../../src/config.ts';
import { openLocalPlatform } from '../../../src/platform/local/open-local-platform.ts';
import { aFeedback, aKey } from '../../support/records.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const program = path.join(import.meta.dirname, '../../support/local-process.ts');
type Child = ChildProcessByStdio<Writable, Readable, null>;

describe('the local platform', () => {
  let temp: TempFolder;
  let folder: string;
  beforeEach(async () => {
    temp = await tempFolder();
    folder = path.join(temp.folder, 'data');
  });
  afterEach(() => temp.remove());

  const open = (env: Record<string, string> = {}) =>
    openLocalPlatform(loadConfig({ INLET_DATA_DIR: folder, ...env }) as LocalConfig, {
      clock: () => new Date(),
      log: { warn: (_obj, msg) => assert.fail(msg) },
    });

  const store = async (platform: Awaited<ReturnType<typeof open>>, key: string) => {
    const source = (async function* () {
      yield Buffer.from('bytes');
    })();
    const signal = new AbortController().signal;
    await platform.objectStore.put(key, source, { contentType: 'text/plain', signal });
  };

  it('keeps everything over a restart', async () => {
    const [feedback, key] = [aFeedback(), aKey()];
    const first = await open();
    await first.feedbackStore.put(feedback);
    await first.keyStore.put(key);
    await store(first, 'uploads/a');
    await first.close();

    const second = await open();
    assert.deepEqual(await second.feedbackStore.get(feedback.id), feedback);
    assert.deepEqual(await second.keyStore.get(key.id), key);
    assert.equal(await text(await second.objectStore.get('uploads/a')), 'bytes');
    assert.deepEqual(second.secrets, first.secrets);
    await second.close();
  });

  it('signs with the configured secrets, and makes none of its own then', async () => {
    const secrets = ['a'.repeat(32), 'b'.repeat(32)];
    const platform = await open({ INLET_LINK_SECRETS: secrets.join(',') });
    await platform.close();
    assert.deepEqual(platform.secrets, secrets);
    assert.ok(!(await readdir(folder)).includes('link-secret'));
  });

  it('lets nobody but the owner read what it keeps', async () => {
    const platform = await open();
    await platform.feedbackStore.put(aFeedback());
    await platform.rateLimiter({ name: 'r', points: 5, seconds: 60 }).consume('192.0.2.1');
    await platform.notifier.publish({
      id: 'n',
      subject: '',
      prose: '',
      data: { message: '' },
      attributes: {},
    });
    await store(platform, 'uploads/a');
    const entries = await readdir(folder, { recursive: true });
    for (const entry of [
      'inlet.db',
      'inlet.db-wal',
      'limits.db',
      'outbox/n.txt',
      'link-secret',
      'objects/uploads/a',
    ]) {
      assert.ok(entries.includes(entry), entry);
    }
    for (const entry of ['', ...entries]) {
      const found = await stat(path.join(folder, entry));
      assert.equal((found.mode & 0o777).toString(8), found.isDirectory() ? '700' : '600', entry);
    }
    await platform.close();
  });

  it('may be opened by four processes at the same moment: one secret, one schema, one count', async () => {
    const children: Child[] = Array.from({ length: 4 }, () =>
      spawn(process.execPath, [program], {
        env: { INLET_DATA_DIR: folder },
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    await Promise.all(children.map(({ stdout }) => once(stdout, 'data')));
    const answers = children.map(({ stdout }) => text(stdout));
    for (const { stdin } of children) stdin.end('go\n');
    const results = (await Promise.all(answers)).map((answer) => JSON.parse(answer));

    assert.equal(new Set(results.map(({ secrets }) => secrets.join())).size, 1);
    assert.equal(
      results.reduce((sum, { allowed }) => sum + allowed, 0),
      12,
    );
    const platform = await open();
    assert.deepEqual(platform.secrets, results[0].secrets);
    await platform.close();
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });
});
