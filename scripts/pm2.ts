import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/** One process as `pm2 jlist` shows it, as far as it is used here. */
export interface Pm2Process {
  name: string;
  pid: number;
  pm_id: number;
  pm2_env: { status: string; restart_time: number };
}

export interface Pm2 {
  home: string;
  /** Runs a command of PM2. Rejects with what it printed if it fails. */
  run(...args: string[]): Promise<string>;
  /** The process id of the daemon, or undefined if it does not run. Unlike every `run`, starts nothing. */
  daemon(): Promise<number | undefined>;
  list(): Promise<Pm2Process[]>;
  /** Collects the ids of the processes that say 'ready' until it is disposed of. */
  watchReady(): Promise<{ ids: Set<number>; stop(): void }>;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * The project's own PM2 with a home of its own, so that other programs that the user runs under PM2 are
 * never seen or touched. `parallel` is how many processes PM2 acts on at once.
 */
export function createPm2({ home, cwd, parallel }: { home: string; cwd: string; parallel: number }): Pm2 {
  const cli = createRequire(import.meta.url).resolve('pm2/bin/pm2');
  const env = {
    ...process.env,
    PM2_HOME: home,
    // No banner, no look for updates, no agent of the vendor.
    PM2_DISCRETE_MODE: 'true',
    PM2_NO_INTERACTION: 'true',
    PM2_CONCURRENT_ACTIONS: String(parallel),
  };

  function run(...args: string[]): Promise<string> {
    const child = spawn(process.execPath, [cli, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let all = '';
    child.stdout.on('data', (text) => {
      out += text;
      all += text;
    });
    child.stderr.on('data', (text) => {
      all += text;
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) =>
        code === 0 ? resolve(out) : reject(new Error(`pm2 ${args.join(' ')} failed:\n${all.trim()}`)),
      );
    });
  }

  return {
    home,
    run,
    async daemon() {
      const pid = Number(await readFile(path.join(home, 'pm2.pid'), 'utf8').catch(() => Number.NaN));
      return pid > 0 && isAlive(pid) ? pid : undefined;
    },
    async list() {
      const printed = await run('jlist', '--silent');
      return JSON.parse(printed.slice(printed.indexOf('['))) as Pm2Process[];
    },
    async watchReady() {
      // PM2 reads its home when it is loaded, and only from the environment.
      process.env.PM2_HOME = home;
      const { default: pm2 } = await import('pm2');
      const ids = new Set<number>();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      pm2.launchBus((error, bus) => {
        if (error) return reject(error);
        bus.on('process:msg', (message: { raw?: unknown; process: { pm_id: number } }) => {
          if (message.raw === 'ready') ids.add(message.process.pm_id);
        });
        resolve();
      });
      await promise;
      return { ids, stop: () => pm2.disconnect() };
    },
  };
}
