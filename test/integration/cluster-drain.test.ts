import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { lettersIn, untilLettersOf } from '../support/outbox-folder.ts';
import { runCluster } from '../support/run-cluster.ts';
import { jpeg } from '../support/samples.ts';
import { type SlowUpload, slowUpload } from '../support/slow-upload.ts';
import { steadyLoad } from '../support/steady-load.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

describe('a reload of the cluster under load', { timeout: 100_000 }, () => {
  let temporary: TempFolder;
  let env: Record<string, string>;
  let url: string;
  const cluster = (command: string) => runCluster(command, env);

  before(async () => {
    temporary = await tempFolder();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    env = {
      PATH: process.env.PATH ?? '',
      HOME: temporary.folder,
      PORT: String(port),
      INLET_METRICS_PORT: String(await freePort()),
      INLET_DATA_DIR: temporary.folder,
      INLET_WORKERS: '2',
      INLET_FEEDBACK_PER_MINUTE: '0',
      INLET_UPLOADS_PER_MINUTE: '0',
      INLET_SPAM_CHECKS: 'off',
      INLET_RELEASE: 'first',
    };
    await cluster('start');
  });
  after(async () => {
    await cluster('stop');
    await temporary.remove();
  });

  it('breaks no upload and fails no request', async () => {
    const agent = new Agent({ keepAlive: true });
    const uploads: SlowUpload[] = [];
    const startUploads = async (count: number) => {
      const started = Array.from({ length: count }, (_, n) =>
        slowUpload(url, { content: jpeg(300_000, n), seconds: 3, agent }),
      );
      uploads.push(...started);
      await Promise.all(started.map((upload) => upload.started));
    };
    const load = steadyLoad(url, { clients: 4 });
    await until(() => load.report.acknowledged.length > 20 || undefined);
    await startUploads(4);

    env.INLET_RELEASE = 'second';
    const reload = cluster('reload');
    let reloading = true;
    const reloaded = reload.finally(() => {
      reloading = false;
    });
    // Some more, that begin at whatever point the reload has come to by then.
    for (let more = 0; reloading && more < 4; more++) {
      await startUploads(2);
      await uploads.at(-1)?.answer;
    }
    await reloaded;
    const answers = await Promise.all(uploads.map(({ answer }) => answer));
    const { statuses, failures, acknowledged } = await load.stop();
    assert.deepEqual(failures, []);
    assert.deepEqual([...statuses.keys()], [201]);

    for (const [index, { status, body }] of answers.entries()) {
      assert.equal(status, 201, body);
      const { uploads: kept } = JSON.parse(body) as { uploads: [{ links: { content: string } }] };
      const content = await fetch(kept[0].links.content);
      assert.equal(content.headers.get('x-inlet-release'), 'second');
      const hash = createHash('sha256').update(new Uint8Array(await content.arrayBuffer()));
      assert.equal(hash.digest('hex'), uploads[index]?.sha256);
    }
    await untilLettersOf(temporary.folder, acknowledged);
    assert.deepEqual(new Set(lettersIn(temporary.folder).map(({ id }) => id)), new Set(acknowledged));
    agent.destroy();
  });
});
