import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../test/support/free-port.ts';

/**
 * An S3 server that keeps files on disk: the stand-ins of the tests keep them in memory, and not as large
 * ones as these. It is installed through Go's module proxy, once.
 */
const program = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';

function install(folder: string): string {
  const binary = path.join(folder, 'versitygw');
  if (existsSync(binary)) return binary;
  console.error(`Installing ${program}; this takes some minutes the first time.`);
  const { status, error } = spawnSync('go', ['install', program], {
    env: { ...process.env, GOBIN: folder },
    stdio: 'inherit',
  });
  if (error || status !== 0)
    throw new Error('The benchmark on S3 needs Go 1.24 or newer on the PATH.', { cause: error });
  return binary;
}

async function untilAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await delay(100);
  }
  throw new Error(`Nothing answers at ${url}.`);
}

/** Starts the server on a free port of the loopback address, with an empty folder. */
export async function startS3Server(credentials: { accessKeyId: string; secretAccessKey: string }) {
  const binary = install(path.join(import.meta.dirname, '.bin'));
  const root = await mkdtemp(path.join(os.tmpdir(), 'inlet-s3-'));
  const data = path.join(root, 'data');
  const metadata = path.join(root, 'metadata');
  for (const folder of [data, metadata]) await mkdir(folder);
  const port = await freePort();
  const { accessKeyId, secretAccessKey } = credentials;
  const server = spawn(
    binary,
    [
      '--quiet',
      '--access',
      accessKeyId,
      '--secret',
      secretAccessKey,
      '--port',
      `127.0.0.1:${port}`,
      'posix',
      '--sidecar',
      metadata,
      data,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const gone = once(server, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await untilAnswers(url);
  return {
    url,
    async stop() {
      server.kill();
      await gone;
      await rm(root, { recursive: true });
    },
  };
}
