import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** The API as people start it: a process of its own, on this machine's disk. */
export interface InletProcess {
  /** Without a slash at its end. */
  url: string;
  dataDir: string;
  /** Takes the process away without a farewell, as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and the same data. */
  restart(): Promise<void>;
  /** Ends it for good and removes its data. */
  close(): Promise<void>;
}

const main = path.resolve(import.meta.dirname, '../../src/main.ts');

/** Nothing that is sent is suspicious: what a page says and does is tested apart from how it is judged. */
const defaults = { INLET_METRICS_PORT: '0', INLET_HOST: '127.0.0.1', INLET_SPAM_CHECKS: 'off' };

async function launch(env: Record<string, string>) {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, ...defaults, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      const found = /http:\/\/[^\s"]+?:(\d+)/.exec(line);
      if (found) resolve(Number(found[1]));
    });
    child.once('exit', (code) => reject(new Error(`The API ended with ${code}:\n${said.join('\n')}`)));
  });
  return { child, port };
}

/** Starts the API on a free port with an empty data folder. Resolves once it listens. */
export async function startInlet(settings: Record<string, string> = {}): Promise<InletProcess> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'inlet-browser-'));
  const env = { ...settings, INLET_DATA_DIR: dataDir };
  let { child, port } = await launch({ ...env, PORT: '0' });
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    kill: end,
    async restart() {
      ({ child } = await launch({ ...env, PORT: String(port) }));
    },
    async close() {
      await end();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
