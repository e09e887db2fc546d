import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { metricsSocket, socketFolder } from '../../../src/metrics/socket-folder.ts';

describe('folder for sockets', () => {
  it('is the folder itself where its path is short', () => {
    assert.equal(metricsSocket('/srv/inlet/run'), '/srv/inlet/run/metrics.sock');
  });

  it('is a short one that can be listened in where the path is too long', async () => {
    const long = path.join('/srv', 'x'.repeat(200));
    const temporary = await mkdtemp(path.join(os.tmpdir(), 'inlet-socket-'));
    try {
      const folder = socketFolder(long, temporary);
      assert.equal(folder, socketFolder(long, temporary), 'both sides find the same');
      assert.notEqual(folder, socketFolder(`${long}y`, temporary));
      await mkdir(folder);
      const server = net.createServer().listen(path.join(folder, 'metrics.sock'));
      await once(server, 'listening');
      server.close();
    } finally {
      await rm(temporary, { recursive: true });
    }
  });
});
