import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { noEspeak } from '../support/espeak.ts';
import { feedbackClient, receiptOf } from '../support/feedback-client.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';

const call = 'GET /v1/feedback/{id}/speech';

describe('listening to feedback', { skip: noEspeak() ?? false }, () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  before(async () => {
    inlet = await startInlet();
    client = feedbackClient(inlet);
  });
  after(() => inlet.stop());

  const objects = async () => {
    const folder = path.join(inlet.dataDir, 'objects');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  };
  const listen = (id: string, query = '', headers = {}) =>
    client.asAdmin(`/v1/feedback/${id}/speech${query}`, { headers });

  it('reads the message aloud, once for all who listen, and removes the audio with the feedback', async () => {
    const { id } = await receiptOf(await client.sendJson({ message: 'I like it.' }));
    const [first, second] = await Promise.all([listen(id), listen(id)]);
    assert.deepEqual([first.status, second.status], [200, 200]);
    assert.equal(first.headers.get('content-type'), 'audio/wav');
    assert.deepEqual(await first.bytes(), await second.bytes());
    assert.equal(await inlet.metric('inlet_speech_characters_total'), 10);
    const part = await listen(id, '', { Range: 'bytes=0-3' });
    assert.deepEqual([part.status, await part.text()], [206, 'RIFF']);

    assert.equal((await client.remove(id)).status, 204);
    await assertProblem(inlet, await listen(id), call, 'feedback_not_found');
    assert.equal(await objects(), 0);
  });

  it('replaces the speech by one with another voice', async () => {
    const { id } = await receiptOf(await client.sendJson({ message: 'Guten Tag.' }));
    const english = await listen(id, '?language=en-gb');
    const german = await listen(id, '?language=de');
    assert.deepEqual([english.status, german.status], [200, 200]);
    assert.notEqual(english.headers.get('etag'), german.headers.get('etag'));
    assert.notDeepEqual(await english.bytes(), await german.bytes());
    assert.equal((await client.remove(id)).status, 204);
    assert.equal(await objects(), 0);
  });

  it('points at a parameter that it cannot do', async () => {
    const { id } = await receiptOf(await client.sendJson({ message: 'Hello.' }));
    const { errors } = await assertProblem(inlet, await listen(id, '?voice=x'), call, 'validation_failed');
    assert.equal(errors?.[0]?.pointer, '?voice');
  });

  it('is for those who may read feedback only', async () => {
    const { id } = await receiptOf(await client.sendJson({ message: 'Secret.' }));
    await assertProblem(inlet, await inlet.fetch(`/v1/feedback/${id}/speech`), call, 'unauthorized');
  });
});

describe('listening to feedback where nothing can speak', () => {
  it('says what to install', async () => {
    const inlet = await startInlet({ PATH: '/no-such-folder' });
    after(() => inlet.stop());
    const client = feedbackClient(inlet);
    const { id } = await receiptOf(await client.sendJson({ message: 'Hello.' }));
    const answer = await client.asAdmin(`/v1/feedback/${id}/speech`);
    const problem = await assertProblem(inlet, answer, call, 'speech_unavailable');
    assert.match(JSON.stringify(problem), /espeak-ng/);
    assert.equal((await client.remove(id)).status, 204, 'everything else works');
  });
});
