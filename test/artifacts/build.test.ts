import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';

const root = path.join(import.meta.dirname, '../..');

test('what `npm run build` makes serves on its own, as the image runs it', async (t) => {
  const build = spawn('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' });
  assert.deepEqual(await once(build, 'exit'), [0, null]);

  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'inlet-build-'));
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    PORT: '0',
    INLET_METRICS_PORT: '0',
    INLET_DATA_DIR: dataDir,
    INLET_DRAIN_DELAY_SECONDS: '0',
  };
  const service = spawn(process.execPath, ['dist/main.js'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    service.kill('SIGTERM');
    if (service.exitCode === null) await once(service, 'exit');
    await rm(dataDir, { recursive: true });
  });
  const [line] = await once(createInterface(service.stdout), 'line');
  const url = /http:\S+/.exec(line)?.[0];
  assert.ok(url, `it says where it listens, not: ${line}`);
  assert.deepEqual(await (await fetch(`${url}/health`)).json(), { status: 'ok' });
  assert.match(await (await fetch(url)).text(), /<form/);
});
