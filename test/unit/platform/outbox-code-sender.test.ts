import assert from 'node:assert/strict';
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createOutboxCodeSender } from '../../../src/platform/local/outbox-code-sender.ts';
import { isProblem } from '../../support/is-problem.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const message = {
  id: 'aaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbb-_',
  to: 'ada@example.org',
  subject: 'aaaaaaaaaaaaaaaaaaaaaa',
  code: '01234567',
  lifetimeSeconds: 600,
};

describe('codes in the outbox folder', () => {
  let temporary: TempFolder;
  let folder: string;
  beforeEach(async () => {
    temporary = await tempFolder();
    folder = path.join(temporary.folder, 'outbox');
  });
  afterEach(() => temporary.remove());
  const open = (channel: 'email' | 'sms') =>
    createOutboxCodeSender({ folder, channel, site: 'Inlet', domain: 'inlet.example' });
  const only = async () => {
    const [name = '', ...others] = await readdir(folder);
    assert.deepEqual(others, []);
    return { name, text: await readFile(path.join(folder, name), 'utf8') };
  };

  it('are e-mails that a person can read', async () => {
    assert.equal(await (await open('email')).send(message), 'sent');
    const { name, text } = await only();
    assert.equal(name, 'code-aaaaaaaaaaaaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbb-_.txt');
    assert.match(
      text,
      /^To: ada@example\.org\nSubject: Your code for Inlet\n\nYour code for Inlet is:\n\n {4}01234567\n/,
    );
  });

  it('are text messages that a person can read', async () => {
    await (await open('sms')).send({ ...message, to: '+4915123456789', code: '012345' });
    const { text } = await only();
    assert.equal(
      text,
      'To: +4915123456789\n\n012345 is your code for Inlet, good for 10 minutes.\n\n@inlet.example #012345\n',
    );
  });

  it('can be read by the owner only', async () => {
    await (await open('email')).send(message);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.equal((await stat(path.join(folder, (await only()).name))).mode & 0o777, 0o600);
  });

  it('are refused with store_unavailable when they cannot be written', async () => {
    const sender = await open('email');
    await sender.check();
    await rm(folder, { recursive: true });
    await writeFile(folder, 'not a folder');
    await assert.rejects(sender.send(message), isProblem('store_unavailable'));
    await chmod(folder, 0o600);
    await assert.rejects(sender.check(), isProblem('store_unavailable'));
  });
});
