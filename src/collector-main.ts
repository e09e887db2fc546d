import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { openPlatform } from './compose.ts';
import { loadConfig, runDir } from './config.ts';
import { createReadiness } from './health/readiness.ts';
import { createLog } from './log.ts';
import { createCollector } from './metrics/collector.ts';
import { createInternalApp } from './metrics/internal-app.ts';
import { createProcessMetrics } from './metrics/process-metrics.ts';
import { metricsSocket } from './metrics/socket-folder.ts';
import { platformChecks } from './platform/platform-checks.ts';

// The process edge of the collector, the one process of the cluster that Prometheus scrapes.
const config = loadConfig(process.env);
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const build = { version, commit: config.INLET_COMMIT, release: config.INLET_RELEASE ?? version };
const log = createLog({
  level: config.INLET_LOG_LEVEL,
  base: { worker: 'collector', release: build.release },
});

const platform = await openPlatform(config, { clock: () => new Date(), log, env: process.env });
const collector = await createCollector({
  socketPath: metricsSocket(runDir(config)),
  totalsFile: path.join(runDir(config), 'metrics.json'),
  processMetrics: createProcessMetrics({ worker: 'collector', build }),
  log,
});
const app = createInternalApp({
  metrics: collector.metrics,
  contentType: collector.contentType,
  ready: createReadiness(platformChecks(platform)),
  build,
});

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) process.exit(1);
  stopping = true;
  log.info({ signal }, 'the collector stops');
  server.close();
  server.closeIdleConnections();
  await collector.stop();
  await platform.close();
  process.exit(0);
}

// The port comes first: a second collector fails at it, before it could take the socket from the first.
const server = http.createServer(app).listen(config.INLET_METRICS_PORT, config.INLET_METRICS_HOST);
await once(server, 'listening');
await collector.start();
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
log.info({ address: server.address() }, 'the collector serves /metrics, /ready and /build');
process.send?.('ready');
