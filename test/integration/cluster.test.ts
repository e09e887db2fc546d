import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import { runCluster } from '../support/run-cluster.ts';

describe('the PM2 cluster', { timeout: 120_000 }, () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

  const cluster = (command: string) => runCluster(command, env);

  /** True if the whole answer came; false if the connection broke. */
  function ask(): Promise<boolean> {
    return new Promise((resolve) => {
      const request = http.get({ port: env.PORT, path: '/health', agent }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.complete));
        response.on('error', () => resolve(false));
      });
      request.on('error', () => resolve(false));
    });
  }

  async function askTimes(count: number): Promise<number> {
    const answers = await Promise.all(Array.from({ length: count }, ask));
    return answers.filter(Boolean).length;
  }

  async function page(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${env.INLET_METRICS_PORT}/metrics`);
    assert.equal(response.status, 200);
    return response.text();
  }

  async function counted(): Promise<number> {
    const lines = (await page()).split('\n').filter((line) => line.startsWith('inlet_http_requests_total{'));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  async function pids(name: string): Promise<number[]> {
    const { stdout } = await cluster('status');
    const lines = stdout.split('\n').map((line) => line.split(/\s+/));
    return lines.filter(([app]) => app === name).map(([, pid]) => Number(pid));
  }

  function isAlive(pid: number): boolean {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'inlet-cluster-'));
    env = {
      PATH: process.env.PATH,
      HOME: folder,
      PORT: String(await freePort()),
      INLET_METRICS_PORT: String(await freePort()),
      INLET_DATA_DIR: folder,
      INLET_WORKERS: '2',
      INLET_RELEASE: 'first',
    };
    await cluster('start');
  });

  after(async () => {
    agent.destroy();
    await cluster('stop');
    await rm(folder, { recursive: true, force: true });
  });

  it('says that it runs already when it is started twice', async () => {
    await assert.rejects(cluster('start'), /runs already/);
  });

  it('counts 1 000 requests to 2 workers as 1 000', async () => {
    const start = await counted();
    assert.equal(await askTimes(1000), 1000);
    assert.equal((await counted()) - start, 1000);
  });

  it('answers and counts every request while all processes are reloaded', async () => {
    const start = await counted();
    env.INLET_RELEASE = 'second';
    const reload = cluster('reload');
    let reloading = true;
    const reloaded = reload.finally(() => {
      reloading = false;
    });
    let answers = 0;
    let sent = 0;
    while (reloading) {
      sent += 20;
      answers += await askTimes(20);
    }
    await reloaded;
    const health = 1; // By which the script finds out that the workers answer.
    assert.equal(answers, sent, 'no request fails');
    assert.equal((await counted()) - start, sent + health);
    assert.match(await page(), /inlet_build_info\{[^}]*release="second"\} 1/);
  });

  it('keeps the counts of a worker that is killed between requests', async () => {
    const start = await counted();
    assert.equal(await askTimes(200), 200);
    const [victim] = await pids('inlet');
    assert.ok(victim);
    process.kill(victim, 'SIGKILL');
    while (isAlive(victim)) await nextTurn();
    // Some of these meet a connection that died with the worker: no answer, and nobody to count it.
    const answers = await askTimes(200);
    assert.equal((await counted()) - start, 200 + answers);
  });

  it('counts every answer of a worker that is killed during requests', async () => {
    for (let round = 0; round < 3; round++) {
      const start = await counted();
      const [victim] = await pids('inlet');
      assert.ok(victim);
      let answers = 0;
      let sent = 0;
      const asking = Array.from({ length: 16 }, async () => {
        for (let i = 0; i < 100; i++) {
          sent += 1;
          if (await ask()) answers += 1;
          if (sent === 400 + round * 111) process.kill(victim, 'SIGKILL');
        }
      });
      await Promise.all(asking);
      const now = (await counted()) - start;
      assert.ok(answers <= now && now <= sent, `${answers} answered, ${now} counted, ${sent} sent`);
    }
  });

  it('never lets a counter fall, not even when the collector is killed', async () => {
    const before = await counted();
    const [victim] = await pids('inlet-collector');
    assert.ok(victim);
    process.kill(victim, 'SIGKILL');
    let now: number | undefined;
    while (now === undefined) now = await counted().catch(() => undefined);
    assert.ok(now >= before, `${now} after ${before}`);
  });

  it('leaves no process behind when it stops', async () => {
    const all = [...(await pids('inlet')), ...(await pids('inlet-collector'))];
    assert.equal(all.length, 3);
    await cluster('stop');
    assert.deepEqual(all.filter(isAlive), []);
    await assert.rejects(cluster('status'), /does not run/);
  });

  it('names the port that is in use', async () => {
    const blocker = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${env.PORT}, () => console.log('up'))`,
    ]);
    await once(blocker.stdout, 'data');
    try {
      await assert.rejects(cluster('start'), new RegExp(`Port ${env.PORT} is in use.*PORT`));
    } finally {
      blocker.kill('SIGKILL');
      await once(blocker, 'close');
    }
  });
});
