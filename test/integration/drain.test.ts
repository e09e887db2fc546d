import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { storedThings } from '../support/checks.ts';
import { feedbackClient, receiptOf } from '../support/feedback-client.ts';
import { lettersIn } from '../support/outbox-folder.ts';
import { openRaw } from '../support/raw-request.ts';
import { jpeg } from '../support/samples.ts';
import { slowUpload } from '../support/slow-upload.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { steadyLoad } from '../support/steady-load.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

describe('the drain of one process', { timeout: 60_000 }, () => {
  let data: TempFolder;
  let inlet: Inlet;
  beforeEach(async () => {
    data = await tempFolder();
  });
  afterEach(async () => {
    await inlet.stop();
    await data.remove();
  });

  const start = async (env: Record<string, string> = {}) => {
    inlet = await startInlet({ INLET_DATA_DIR: data.folder, ...env });
    return inlet;
  };
  const signal = async (name: NodeJS.Signals) => {
    inlet.kill(name);
    await inlet.logged((line) => line.msg === 'draining');
  };

  it('answers everything that it has accepted: slow uploads, and requests on kept connections', async () => {
    await start({ INLET_DRAIN_DELAY_SECONDS: '1' });
    const agent = new Agent({ keepAlive: true });
    const contents = [1, 2, 3, 4].map((n) => jpeg(400_000, n));
    const uploads = contents.map((content) => slowUpload(inlet.url, { content, seconds: 3, agent }));
    await Promise.all(uploads.map(({ started }) => started));
    const load = steadyLoad(inlet.url, { clients: 4, leaveWhenTold: true });
    await until(() => (load.report.acknowledged.length > 20 ? true : undefined));

    await signal('SIGTERM');
    const health = await inlet.fetch('/health');
    assert.equal(health.status, 503);
    assert.equal(((await health.json()) as { code: string }).code, 'draining');
    assert.equal(health.headers.get('connection'), 'close');

    for (const upload of uploads) {
      const { status, headers } = await upload.answer;
      assert.equal(status, 201);
      assert.equal(headers.connection, 'close');
    }
    const { statuses, failures, acknowledged } = await load.stop();
    assert.equal(await inlet.exited, 0);
    assert.deepEqual(failures, []);
    assert.deepEqual([...statuses.keys()], [201]);
    agent.destroy();

    // Whoever comes next finds everything, and every notification was sent before the process went.
    const key = inlet.key;
    assert.deepEqual(new Set(lettersIn(data.folder).map(({ id }) => id)), new Set(acknowledged));
    await start();
    const list = await feedbackClient({ fetch: inlet.fetch, key }).all();
    assert.deepEqual(new Set(list.map(({ id }) => id)), new Set(acknowledged));
    for (const upload of uploads) {
      const { body } = await upload.answer;
      const [{ links, sha256 }] = (
        JSON.parse(body) as { uploads: [{ links: { content: string }; sha256: string }] }
      ).uploads;
      assert.equal(sha256, upload.sha256);
      const { pathname, search } = new URL(links.content);
      const content = new Uint8Array(await (await inlet.fetch(pathname + search)).arrayBuffer());
      assert.equal(createHash('sha256').update(content).digest('hex'), upload.sha256);
    }
  });

  it('is not held up by connections that never asked for anything', async () => {
    await start({ INLET_DRAIN_SECONDS: '20' });
    const silent = await Promise.all([openRaw(inlet.port), openRaw(inlet.port)]);
    await receiptOf(await feedbackClient(inlet).sendJson({ message: 'Hi' }));
    await signal('SIGTERM');
    assert.equal(await inlet.exited, 0);
    assert.deepEqual(await Promise.all(silent.map(({ closed }) => closed)), ['', '']);
  });

  it('drains at SIGINT just so', async () => {
    await start();
    await signal('SIGINT');
    assert.equal(await inlet.exited, 0);
  });

  it('ends at once, with code 1, at a second signal', async () => {
    await start({ INLET_DRAIN_DELAY_SECONDS: '60', INLET_DRAIN_SECONDS: '100' });
    await signal('SIGTERM');
    // What comes within half a second is the same Ctrl-C, passed on by npm; so it is asked again until it goes.
    const insisting = setInterval(() => inlet.kill('SIGTERM'), 100);
    assert.equal(await inlet.exited, 1);
    clearInterval(insisting);
  });

  it('takes a signal that npm passes on at once for the same, and drains', async () => {
    await start({ INLET_DRAIN_DELAY_SECONDS: '1' });
    await signal('SIGINT');
    inlet.kill('SIGINT');
    assert.equal(await inlet.exited, 0);
  });

  it('cuts off what takes longer than the limit, keeps nothing of it, and ends with code 1', async () => {
    await start({ INLET_DRAIN_SECONDS: '1' });
    const { started, answer } = slowUpload(inlet.url, { content: jpeg(400_000), seconds: 30 });
    const cutOff = assert.rejects(answer);
    await started;
    await until(async () => (await storedThings(inlet)).staging[0]);
    await signal('SIGTERM');
    assert.equal(await inlet.exited, 1);
    await cutOff;
    assert.deepEqual(await storedThings(inlet), { objects: [], staging: [], rows: [] });
  });
});
