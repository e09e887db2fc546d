import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, loadConfig } from '../src/config.ts';
import { socketFolder } from '../src/metrics/socket-folder.ts';
import { createPm2, isAlive, type Pm2 } from './pm2.ts';

// Runs Inlet as a cluster on this machine: one worker a CPU and the collector of their metrics, under PM2.

const usage =
  'Usage: npm run cluster | npm run cluster:reload | npm run cluster:stop, or scripts/cluster.ts status';
const root = path.dirname(import.meta.dirname);
const patienceMs = 30_000;

/** A mistake or a failure that whoever runs this can do something about. */
class ClusterError extends Error {}

/** The last lines of what the processes logged, which is where the reason of a failed start is. */
async function lastLogLines(pm2: Pm2, lines = 15): Promise<string> {
  const logs = ['inlet-error', 'inlet-out', 'inlet-collector-error', 'inlet-collector-out'];
  const found = await Promise.all(
    logs.map(async (name) => {
      const file = path.join(pm2.home, 'logs', `${name}.log`);
      const text = (await readFile(file, 'utf8').catch(() => '')).trim();
      return text === '' ? [] : [`${file}:`, ...text.split('\n').slice(-lines)];
    }),
  );
  return found.flat().join('\n');
}

async function assertFree(port: number, host: string | undefined, setting: string): Promise<void> {
  const server = net.createServer();
  try {
    server.listen({ port, host });
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE')
      throw new ClusterError(`Cannot listen on port ${port} (${setting}): ${message}`);
    throw new ClusterError(`Port ${port} is in use. Stop what uses it, or set ${setting} to another port.`);
  } finally {
    server.close();
  }
}

/**
 * Does something that starts processes, and makes sure that each of them came up. PM2 itself goes on after
 * `listen_timeout` as if a process that never said 'ready' were fine, and by then has ended the old one.
 */
async function untilReady(pm2: Pm2, action: () => Promise<unknown>): Promise<number> {
  const ready = await pm2.watchReady();
  try {
    await action();
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const processes = await pm2.list();
      const missing = processes.filter((p) => p.pm2_env.status !== 'online' || !ready.ids.has(p.pm_id));
      if (processes.length > 0 && missing.length === 0)
        return processes.filter((p) => p.name === 'inlet').length;
      if (missing.some((p) => p.pm2_env.status === 'errored') || Date.now() > deadline) {
        const names = missing.map((p) => `${p.name} ${p.pm_id} (${p.pm2_env.status})`).join(', ');
        throw new ClusterError(`Not every process became ready: ${names}.\n${await lastLogLines(pm2)}`);
      }
      await delay(200);
    }
  } finally {
    ready.stop();
  }
}

async function untilHealthy(url: string): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch((error: Error) => error);
    if (answer instanceof Response && answer.ok) return;
    if (Date.now() > deadline) {
      const reason = answer instanceof Response ? `it answers ${answer.status}` : answer.message;
      throw new ClusterError(`${url} does not answer: ${reason}`);
    }
    await delay(200);
  }
}

/** Ends the workers, then the collector that takes in their last counts, then PM2. False if nothing ran. */
async function stop(pm2: Pm2): Promise<boolean> {
  const daemon = await pm2.daemon();
  if (daemon === undefined) return false;
  const names = (await pm2.list()).map(({ name }) => name);
  for (const name of ['inlet', 'inlet-collector']) {
    if (names.includes(name)) await pm2.run('delete', name);
  }
  await pm2.run('kill');
  const deadline = Date.now() + patienceMs;
  while (isAlive(daemon)) {
    if (Date.now() > deadline) throw new ClusterError(`PM2 (process ${daemon}) does not end.`);
    await delay(50);
  }
  return true;
}

async function main(command: string | undefined): Promise<void> {
  process.chdir(root);
  const config = loadConfig(process.env);
  const {
    PORT: port,
    INLET_HOST: host,
    INLET_METRICS_PORT: metricsPort,
    INLET_METRICS_HOST: metricsHost,
  } = config;
  const home = socketFolder(path.resolve(config.INLET_DATA_DIR, 'pm2'));
  // One after another, so that a reload takes one worker at a time; but all drain at once when they stop.
  const pm2 = createPm2({ home, cwd: root, parallel: command === 'stop' ? 1024 : 1 });
  const ecosystem = path.join(root, 'ecosystem.config.js');
  const reachable = host === undefined || host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const url = `http://${net.isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;

  if (command === 'start') {
    if (port === 0 || metricsPort === 0)
      throw new ClusterError('A cluster needs fixed ports: set PORT and INLET_METRICS_PORT.');
    if (await pm2.daemon())
      throw new ClusterError('The cluster runs already. Use cluster:reload or cluster:stop.');
    await assertFree(port, host, 'PORT');
    await assertFree(metricsPort, metricsHost, 'INLET_METRICS_PORT');
    try {
      await pm2.run('ping');
      const workers = await untilReady(pm2, () => pm2.run('start', ecosystem));
      await untilHealthy(`${url}/health`);
      console.log(`Inlet listens on ${url} with ${workers} worker(s).`);
      console.log(`Metrics: http://${metricsHost}:${metricsPort}/metrics. Logs: ${path.join(home, 'logs')}.`);
    } catch (error) {
      await stop(pm2);
      throw error;
    }
  } else if (command === 'reload') {
    if (!(await pm2.daemon()))
      throw new ClusterError('The cluster does not run. Start it with: npm run cluster');
    const workers = await untilReady(pm2, () => pm2.run('reload', ecosystem, '--update-env'));
    await untilHealthy(`${url}/health`);
    console.log(`Reloaded: ${workers} worker(s) are ready on ${url}.`);
  } else if (command === 'stop') {
    console.log((await stop(pm2)) ? 'The cluster has stopped.' : 'The cluster does not run.');
  } else if (command === 'status') {
    if (!(await pm2.daemon())) throw new ClusterError('The cluster does not run.');
    for (const { name, pid, pm2_env } of await pm2.list()) {
      console.log(
        `${name.padEnd(16)} ${String(pid).padStart(8)}  ${pm2_env.status}  restarts: ${pm2_env.restart_time}`,
      );
    }
  } else {
    throw new ClusterError(usage);
  }
}

try {
  await main(process.argv[2]);
  process.exit(0);
} catch (error) {
  console.error(error instanceof ClusterError || error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
