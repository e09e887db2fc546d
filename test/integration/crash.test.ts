import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { assertOnlyWholeUploads, assertReadable, sha256Of } from '../support/crash-checks.ts';
import { feedbackClient, formData, type Receipt } from '../support/feedback-client.ts';
import { lettersIn, untilLettersOf } from '../support/outbox-folder.ts';
import { jpeg } from '../support/samples.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { tempFolder } from '../support/temp-folder.ts';

const rounds = 12;
const relay = { INLET_RELAY_SWEEP_SECONDS: '1', INLET_RELAY_LEASE_SECONDS: '1' };

/** What clients were promised, over all rounds. */
interface Promised {
  feedback: Set<string>;
  /** Ids of uploads, and the hash of what was sent. */
  uploads: Map<string, string>;
  /** The hashes of the attachments of feedback. */
  attachments: Map<string, string>;
}

/** Sends one request after another until the process is gone. */
async function visit(inlet: Inlet, visitor: number, promised: Promised): Promise<void> {
  const client = feedbackClient(inlet);
  for (let n = 0; ; n++) {
    const content = jpeg(2000 + ((n * 7919) % 60_000), (visitor + n) % 256);
    try {
      if (n % 3 === 0) {
        const answer = await client.sendJson({ message: `Visitor ${visitor}, message ${n}` });
        assert.equal(answer.status, 201);
        promised.feedback.add(((await answer.json()) as Receipt).id);
      } else if (n % 3 === 1) {
        const answer = await client.post(formData([['message', `Message ${n}`]], [['a.jpg', content]]));
        assert.equal(answer.status, 201);
        const { id } = (await answer.json()) as Receipt;
        promised.feedback.add(id);
        promised.attachments.set(id, sha256Of(content));
      } else {
        const answer = await inlet.fetch('/v1/uploads?name=a.jpg', { method: 'POST', body: content });
        assert.equal(answer.status, 201);
        const { uploads } = (await answer.json()) as { uploads: { id: string }[] };
        promised.uploads.set(uploads[0]?.id ?? '', sha256Of(content));
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      return;
    }
  }
}

describe('a process that is killed under load, again and again', { timeout: 110_000 }, () => {
  it('keeps every promise it made, and nothing half', async () => {
    const { folder, remove } = await tempFolder();
    const promised: Promised = { feedback: new Set(), uploads: new Map(), attachments: new Map() };
    let key = '';
    try {
      for (let round = 0; round < rounds; round++) {
        const inlet = await startInlet({ INLET_DATA_DIR: folder, ...relay });
        key ||= inlet.key;
        const visitors = Promise.all([1, 2, 3, 4].map((visitor) => visit(inlet, visitor, promised)));
        await delay(20 + Math.random() * 300);
        inlet.kill('SIGKILL');
        await visitors;
        await inlet.stop();
      }
      const inlet = await startInlet({ INLET_DATA_DIR: folder, ...relay });
      const client = feedbackClient({ fetch: inlet.fetch, key });
      const kept = await client.all();
      const ids = new Set(kept.map(({ id }) => id));
      assert.equal(ids.size, kept.length);
      assert.ok(promised.feedback.size > rounds, `${promised.feedback.size} were acknowledged`);
      assert.deepEqual(
        [...promised.feedback].filter((id) => !ids.has(id)),
        [],
      );
      for (const { id, uploads } of kept) {
        for (const upload of uploads) await assertReadable(inlet, key, upload, promised.attachments.get(id));
      }
      for (const [id, sha256] of promised.uploads) await assertReadable(inlet, key, id, sha256);

      // Also what was committed but never acknowledged: one letter each.
      await untilLettersOf(folder, ids);
      const letters = lettersIn(folder).map(({ id }) => id);
      assert.deepEqual(new Set(letters), ids);
      assert.equal(letters.length, ids.size);
      await assertOnlyWholeUploads(inlet, key);
      await inlet.stop();
    } finally {
      await remove();
    }
  });
});
