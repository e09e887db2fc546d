import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../../support/until.ts';
import { killAllIn } from './namespaces.ts';
import type { Network, Zone } from './network.ts';

export const ports = { app: 3000, metrics: 9464 };

interface HostOptions {
  id: string;
  zone: Zone;
  address: string;
  /** The folder that an image has as `/opt/inlet`. */
  bundle: string;
  /** What user data would write into `/etc/inlet/inlet.env`. */
  env: Record<string, string>;
  /** Where its state and its log go. */
  folder: string;
}

/** An instance: a network of its own in which the service runs as `inlet.service` runs it. */
export interface Host {
  readonly id: string;
  readonly zone: Zone;
  readonly address: string;
  /** Asks until the service answers, as user data does before it completes the launch hook. */
  untilHealthy(): Promise<void>;
  /** What `systemctl stop inlet` does: ExecStop, then SIGTERM to PM2. Resolves once everything has ended. */
  stop(): Promise<void>;
  /** Kills every process at once, with no chance to say anything to anybody. */
  kill(): Promise<void>;
}

const stopWorkers = path.resolve(
  import.meta.dirname,
  '../../../ami/rootfs/usr/local/lib/inlet/stop-workers.mjs',
);

async function isHealthy(address: string): Promise<true | undefined> {
  try {
    const signal = AbortSignal.timeout(2000);
    const answer = await fetch(`http://${address}:${ports.app}/health`, { signal });
    await answer.arrayBuffer();
    return answer.ok || undefined;
  } catch {
    return undefined;
  }
}

/** Starts an instance. What its processes print goes to `host.log` in its folder. */
export async function startHost(
  network: Network,
  { id, zone, address, bundle, env, folder }: HostOptions,
): Promise<Host> {
  const run = path.join(folder, 'run');
  await mkdir(run, { recursive: true });
  const namespace = await network.addHost(id, zone, address);
  const settings = {
    // The same as in `inlet.service`; a host has one worker, because the machine has few CPUs for all of them.
    PATH: process.env.PATH ?? '',
    NODE_ENV: 'production',
    INLET_DATA_DIR: path.join(folder, 'data'),
    INLET_RUN_DIR: path.join(run, 'sockets'),
    PM2_HOME: path.join(run, 'pm2'),
    PM2_DISCRETE_MODE: 'true',
    PM2_KILL_RETRY_TIME: '1000',
    INLET_WORKERS: '1',
    ...env,
  };
  const log = await open(path.join(folder, 'host.log'), 'a');
  const node = (...args: string[]): ChildProcess =>
    spawn('ip', ['netns', 'exec', namespace, process.execPath, ...args], {
      cwd: bundle,
      env: settings,
      stdio: ['ignore', log.fd, log.fd],
    });
  const pm2 = path.join(bundle, 'node_modules/pm2/bin/pm2-runtime');
  const service = node(pm2, 'start', path.join(bundle, 'ecosystem.config.js'));
  const ended = once(service, 'exit');

  return {
    id,
    zone,
    address,
    async untilHealthy() {
      await until(() => isHealthy(address), 60_000);
    },
    async stop() {
      await once(node(stopWorkers), 'exit');
      service.kill('SIGTERM');
      await ended;
      // KillMode=mixed: what is left when the main process has ended is killed.
      await killAllIn(namespace);
      await log.close();
    },
    async kill() {
      await killAllIn(namespace);
      await ended;
      await log.close();
    },
  };
}
