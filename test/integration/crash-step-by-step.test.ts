import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertOnlyWholeUploads, assertReadable, sha256Of } from '../support/crash-checks.ts';
import { feedbackClient, formData, type Receipt, receiptOf } from '../support/feedback-client.ts';
import { lettersIn, untilLettersOf } from '../support/outbox-folder.ts';
import { jpeg, pdf } from '../support/samples.ts';
import { type DyingProcess, startDying } from '../support/start-dying.ts';
import { startInlet } from '../support/start-inlet.ts';
import { tempFolder } from '../support/temp-folder.ts';

const relay = { INLET_RELAY_SWEEP_SECONDS: '1', INLET_RELAY_LEASE_SECONDS: '1' };
const files: [string, Uint8Array<ArrayBuffer>][] = [
  ['a.jpg', jpeg(200_000)],
  ['b.pdf', pdf()],
];
const hashes = files.map(([, content]) => sha256Of(content));
const idempotencyKey = { 'Idempotency-Key': 'the-same-request' };
const form = () => formData([['message', 'Kept?']], files);

/** The receipt, or nothing if the process died before it had answered. */
async function send(dying: DyingProcess): Promise<Receipt | undefined> {
  const client = feedbackClient({ fetch: (path, options) => fetch(dying.url + path, options), key: '' });
  const answer = await client.post(form(), idempotencyKey).catch(() => undefined);
  return answer && receiptOf(answer);
}

/** What must hold on the data of a process that died, however far it had come. */
async function assertGuarantee(dataDir: string, key: string, receipt: Receipt | undefined): Promise<void> {
  const inlet = await startInlet({ INLET_DATA_DIR: dataDir, ...relay });
  try {
    const client = feedbackClient({ fetch: inlet.fetch, key });
    const found = await client.all();
    assert.ok(found.length <= 1);
    if (receipt)
      assert.deepEqual(
        found.map(({ id, receivedAt }) => ({ id, receivedAt })),
        [receipt],
      );
    for (const { uploads } of found) {
      assert.equal(uploads.length, files.length, 'a record is whole or not there');
      for (const [index, id] of uploads.entries()) await assertReadable(inlet, key, id, hashes[index]);
    }
    // A visitor who got no answer sends it again.
    const again = await receiptOf(await client.post(form(), idempotencyKey));
    if (receipt) assert.deepEqual(again, receipt);
    await untilLettersOf(dataDir, [again.id]);
    assert.deepEqual(
      (await client.all()).map(({ id }) => id),
      [again.id],
    );
    assert.deepEqual(
      lettersIn(dataDir).map(({ id }) => id),
      [again.id],
    );
    await assertOnlyWholeUploads(inlet, key);
    const { uploads } = await client.get(again.id);
    for (const [index, id] of uploads.entries()) await assertReadable(inlet, key, id, hashes[index]);
  } finally {
    await inlet.stop();
  }
}

/** Kills at one call. False if the request and its notification came to their end without that call. */
async function killAt(call: number, when: string): Promise<boolean> {
  const { folder, remove } = await tempFolder();
  const dying = await startDying(folder, { DIE_AT: String(call), DIE_WHEN: when });
  try {
    const receipt = await send(dying);
    const died = dying.exited.then(() => true);
    const settled = dying.called('feedbackStore.settle').then(() => false);
    const reached = await Promise.race([died, settled.catch(() => true)]);
    await dying.kill();
    await assertGuarantee(folder, dying.key, receipt);
    return reached || dying.calls.length >= call;
  } finally {
    await dying.kill();
    await remove();
  }
}

describe('a process that is killed in the middle of taking feedback in', {
  concurrency: 3,
  timeout: 110_000,
}, () => {
  for (const when of ['before', 'after']) {
    it(`keeps every promise when it dies ${when} any call of a port`, async () => {
      let call = 1;
      while (await killAt(call, when)) call++;
      assert.ok(call > 10, `${call} calls`);
    });
  }

  it('keeps every promise when it dies while a file is written', async () => {
    for (const call of [1, 2, 3, 4]) await killAt(call, 'during');
  });

  it('notifies of everything that it took while the channel hung', async () => {
    const { folder, remove } = await tempFolder();
    const dying = await startDying(folder, { HANG: 'yes' });
    try {
      const client = feedbackClient({
        fetch: (path, options) => fetch(dying.url + path, options),
        key: '',
      });
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, n) => client.sendJson({ message: `Message ${n}` })),
      );
      const ids = (await Promise.all(answers.map(receiptOf))).map(({ id }) => id);
      await dying.called('notifier.publish', 30);
      await dying.kill();
      assert.deepEqual(lettersIn(folder), []);
      const inlet = await startInlet({ INLET_DATA_DIR: folder, ...relay });
      await untilLettersOf(folder, ids);
      assert.deepEqual(new Set(lettersIn(folder).map(({ id }) => id)), new Set(ids));
      await inlet.stop();
    } finally {
      await dying.kill();
      await remove();
    }
  });
});
