import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeService, openPlatform } from './compose.ts';
import { type Config, loadConfig, runDir } from './config.ts';
import { createDrain } from './drain.ts';
import { createReadiness } from './health/readiness.ts';
import { createHttpServer } from './http/server.ts';
import { scopes } from './keys/key-store.ts';
import { createLog } from './log.ts';
import { createInternalApp } from './metrics/internal-app.ts';
import { createMetricSink } from './metrics/metric-sink.ts';
import { createMetrics } from './metrics/metrics.ts';
import { metricsSocket } from './metrics/socket-folder.ts';
import { platformChecks } from './platform/platform-checks.ts';
import { repeat } from './repeat.ts';
import { within } from './within.ts';

// The process edge of the API: the only file, beside the collector's, that touches `process`.
/** Ctrl-C reaches a process under npm twice: from the terminal, and passed on by npm. That is one signal. */
const sameSignalMs = 500;

/** How long, in milliseconds, a process that has used up its drain may still tidy up. */
const shortestTidyingMs = 3000;

const say = (line: string) => process.stdout.write(`${line}\n`);

function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  const host = ['::', '0.0.0.0'].includes(address)
    ? 'localhost'
    : family === 'IPv6'
      ? `[${address}]`
      : address;
  return `http://${host}:${port}`;
}

async function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

async function start(config: Config): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const release = config.INLET_RELEASE ?? version;
  const build = { version, commit: config.INLET_COMMIT, release };
  const worker = process.env.NODE_APP_INSTANCE ?? '0';
  const log = createLog({ level: config.INLET_LOG_LEVEL, base: { worker, release } });
  const clock = () => new Date();
  const clustered = process.env.INLET_METRICS_SINK === 'collector';

  const sink = createMetricSink({
    socketPath: clustered ? metricsSocket(runDir(config)) : undefined,
    worker,
    build,
    log,
  });
  const metrics = createMetrics(sink.emit);
  const platform = await openPlatform(config, { clock, log, env: process.env, metrics });
  const lifecycle = { draining: false };
  const { app, keys, relay, otp, speech, reap, requests } = composeService(config, {
    platform,
    metrics,
    lifecycle,
    log,
    clock,
    version,
  });

  const server = createHttpServer(app, {
    keepAliveSeconds: config.INLET_KEEP_ALIVE_SECONDS,
    headersSeconds: config.INLET_HEADERS_SECONDS,
    release,
  });
  const limitMs = config.INLET_DRAIN_SECONDS * 1000;
  const delayMs = config.INLET_DRAIN_DELAY_SECONDS * 1000;
  const drain = createDrain(server, { lifecycle, delayMs, limitMs });
  await listen(server, config.PORT, config.INLET_HOST);
  const failed = (error: unknown) => log.warn({ err: error }, 'work in the background failed; it goes on');
  const every = (seconds: number, run: () => Promise<unknown>) =>
    repeat({ everyMs: seconds * 1000, run, failed, random: Math.random });
  const background = [
    every(config.INLET_RELAY_SWEEP_SECONDS, relay.sweep),
    every(config.INLET_RELAY_SWEEP_SECONDS, speech.sweep),
    every(300, reap),
  ];

  const internal = createServer(
    createInternalApp({ ...sink.page, ready: createReadiness(platformChecks(platform)), build }),
  );
  if (!clustered) await listen(internal, config.INLET_METRICS_PORT, config.INLET_METRICS_HOST);

  let leavingSince: number | undefined;
  async function leave(signal: string): Promise<void> {
    if (leavingSince !== undefined) {
      if (performance.now() - leavingSince > sameSignalMs) process.exit(1);
      return;
    }
    leavingSince = performance.now();
    log.info({ signal }, 'draining');
    const deadline = performance.now() + limitMs;
    const answered = await drain();
    // Requests that were cut off still take back what they had stored.
    const rest = Promise.all([
      requests.settled().then(otp.flush),
      ...background.map((stop) => stop()),
      relay.flush(),
      speech.stop(),
    ]);
    const finished =
      (await within(rest, Math.max(deadline - performance.now(), shortestTidyingMs))) && answered;
    await sink.close();
    internal.close();
    await platform.close();
    log.info({ finished }, finished ? 'drained' : 'the drain took too long; what was under way was cut off');
    process.exit(finished ? 0 : 1);
  }
  process.on('SIGINT', leave);
  process.on('SIGTERM', leave);

  // In a cluster what is printed goes to a log file, which is no place for a key.
  const forPeople = config.INLET_PLATFORM === 'local' && !clustered;
  const first = forPeople ? await keys.createFirst('administrator', [...scopes]) : undefined;
  announce(addressOf(server), clustered ? undefined : addressOf(internal), config, first?.secret);
  process.send?.('ready');
}

function announce(
  address: string,
  internal: string | undefined,
  config: Config,
  adminKey: string | undefined,
): void {
  say(`Inlet listens on ${address}`);
  if (config.INLET_PLATFORM === 'local') say(`  Feedback page  ${address}/`);
  say(`  API document   ${address}/docs`);
  if (internal) say(`  Metrics        ${internal}/metrics`);
  if (config.INLET_PLATFORM === 'local') say(`  Notifications  ${config.INLET_DATA_DIR}/outbox/`);
  if (adminKey) say(`\nAdministrator's API key, shown this once:\n  ${adminKey}\n`);
}

function explain({ name, code, message, stack }: NodeJS.ErrnoException): string | undefined {
  if (name === 'ConfigError') return message;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    return `${message}. Stop what uses the port, or set PORT and INLET_METRICS_PORT to others.`;
  }
  return stack;
}

try {
  await start(loadConfig(process.env));
} catch (error) {
  process.stderr.write(`Inlet could not start: ${explain(error as NodeJS.ErrnoException)}\n`);
  process.exit(1);
}
