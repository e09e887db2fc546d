import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface DyingProcess {
  url: string;
  key: string;
  /** The calls of ports so far, such as `feedbackStore.put`. */
  calls: string[];
  /** Resolves with the signal that ended it. */
  exited: Promise<NodeJS.Signals | null>;
  /** Resolves once a port is called for the given time. */
  called(port: string, times?: number): Promise<void>;
  kill(): Promise<void>;
}

/** Starts `dying-process.ts` on a data folder. */
export async function startDying(dataDir: string, env: Record<string, string>): Promise<DyingProcess> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'dying-process.ts')], {
    env: {
      PATH: process.env.PATH,
      INLET_DATA_DIR: dataDir,
      INLET_FEEDBACK_PER_MINUTE: '0',
      INLET_UPLOADS_PER_MINUTE: '0',
      INLET_SPAM_CHECKS: 'off',
      INLET_RELAY_LEASE_SECONDS: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'close').then(([, signal]) => signal as NodeJS.Signals | null);
  const calls: string[] = [];
  const heard = new EventTarget();
  const ready = Promise.withResolvers<{ url: string; key: string }>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line);
    if (said.url) ready.resolve(said);
    else calls.push(said.port);
    heard.dispatchEvent(new Event('call'));
  });
  void exited.then((signal) => ready.reject(new Error(`it ended with ${signal} before it listened`)));
  const { url, key } = await ready.promise;
  return {
    url,
    key,
    calls,
    exited,
    called: (port, times = 1) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (calls.filter((call) => call === port).length >= times) resolve();
        };
        heard.addEventListener('call', look);
        void exited.then(() => reject(new Error(`it ended without ${port}`)));
        look();
      }),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
