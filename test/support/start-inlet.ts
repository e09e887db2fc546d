import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { tempFolder } from './temp-folder.ts';

export interface Inlet {
  /** Of the public API, without a slash at its end. */
  url: string;
  port: number;
  /** Of `/metrics`, `/ready` and `/build`. */
  internalUrl: string;
  dataDir: string;
  /** The administrator's key, which has every scope. Empty on `aws`, or if the data folder had been used before. */
  key: string;
  pid: number;
  /** Resolves with the code once the process has ended: null if a signal killed it. */
  exited: Promise<number | null>;
  /** Calls the API. A path takes the address of this process. */
  fetch(target: string, options?: RequestInit): Promise<Response>;
  kill(signal: NodeJS.Signals): void;
  /** Ends the process, and removes its data. */
  stop(): Promise<void>;
  /** The lines of its log so far, parsed. */
  logs(): Record<string, unknown>[];
  /** The first line of the log, past or to come, that the test asks for. */
  logged(wanted: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  /** Everything that it printed so far, on both streams. */
  output(): string;
  /** The sum of the samples of a metric whose labels contain the given ones. */
  metric(name: string, labels?: Record<string, string>): Promise<number>;
  /** Resident memory in bytes, as Linux counts it. */
  residentBytes(): Promise<number>;
}

const root = path.resolve(import.meta.dirname, '../..');
/** No limits, and nothing that is sent is suspicious. */
const generous = {
  INLET_UPLOADS_PER_MINUTE: '0',
  INLET_FEEDBACK_PER_MINUTE: '0',
  INLET_SPAM_CHECKS: 'off',
};

/** How long anything that the process must do may take. Only a broken process takes so long. */
const patienceMs = 20_000;

/**
 * Starts the API as people start it: a process of its own with an empty data folder and free ports. `env`
 * adds to its settings; a given INLET_DATA_DIR is used as it is, and left to whoever gave it.
 */
export async function startInlet(
  env: Record<string, string> = {},
  main: 'src/main.ts' | 'dist/main.js' = 'src/main.ts',
): Promise<Inlet> {
  const temporary = await tempFolder();
  const dataDir = env.INLET_DATA_DIR ?? path.join(temporary.folder, 'data');
  const isNew = env.INLET_PLATFORM !== 'aws' && !existsSync(path.join(dataDir, 'inlet.db'));
  const child = spawn(process.execPath, [path.join(root, main)], {
    cwd: temporary.folder,
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      INLET_HOST: '127.0.0.1',
      INLET_METRICS_PORT: '0',
      INLET_DATA_DIR: dataDir,
      INLET_DRAIN_DELAY_SECONDS: '0',
      ...generous,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid ?? 0;
  let printed = '';
  const changed = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      changed.dispatchEvent(new Event('print'));
    });
  }
  // "close" comes after the last of what it printed has been read, unlike "exit".
  const exited = once(child, 'close').then(([code]) => code as number | null);

  /** The first defined answer of `find`, asked again whenever the process has printed something. */
  async function printedUntil<T>(find: () => T | undefined, what: string): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = () => {
      const found = find();
      if (found !== undefined) resolve(found);
    };
    const fail = (why: string) => reject(new Error(`${what}: ${why}. It printed:\n${printed}`));
    changed.addEventListener('print', look);
    const timer = setTimeout(() => fail(`nothing within ${patienceMs} ms`), patienceMs);
    void exited.then((code) => {
      look();
      fail(`the process ended with ${code}`);
    });
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      changed.removeEventListener('print', look);
    }
  }

  function logs(): Record<string, unknown>[] {
    const whole = printed.slice(0, printed.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  }

  async function stop(): Promise<void> {
    child.kill('SIGKILL');
    await exited;
    await temporary.remove();
  }

  try {
    const address = (name: RegExp) => () => name.exec(printed)?.[1];
    const url = await printedUntil(address(/Inlet listens on (\S+)\n/), 'the address');
    const metrics = await printedUntil(address(/Metrics\s+(\S+)\/metrics\n/), 'the internal address');
    const key = isNew ? await printedUntil(address(/(inlet_[0-9a-f]{12}_[\w-]{43})\n/), 'the key') : '';
    return {
      url,
      port: Number(new URL(url).port),
      internalUrl: metrics,
      dataDir,
      key,
      pid,
      exited,
      fetch: (target, options) => fetch(new URL(target, url), options),
      kill: (signal) => void child.kill(signal),
      stop,
      logs,
      logged: (wanted) => printedUntil(() => logs().find(wanted), 'a line of the log'),
      output: () => printed,
      metric: async (name, labels = {}) =>
        sumOf(await (await fetch(`${metrics}/metrics`)).text(), name, labels),
      residentBytes: async () => {
        const status = await readFile(`/proc/${pid}/status`, 'utf8');
        return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function sumOf(page: string, name: string, labels: Record<string, string>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((text) => line.includes(text)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
