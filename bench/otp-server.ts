import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { composeService, openPlatform } from '../src/compose.ts';
import { loadConfig } from '../src/config.ts';
import { createHttpServer } from '../src/http/server.ts';
import { createLog } from '../src/log.ts';
import { createMetrics } from '../src/metrics/metrics.ts';
import { tempFolder } from '../test/support/temp-folder.ts';

// The API on this machine, with a sender that can reach some addresses and not others. To reach one it writes and
// syncs a file, as the outbox does; the others cost it nothing. Says its port to whoever started it.

const temporary = await tempFolder();
const config = loadConfig({
  INLET_DATA_DIR: path.join(temporary.folder, 'data'),
  INLET_OTP_CLIENT_PER_HOUR: '10000',
  INLET_TRUSTED_HOPS: '1',
  INLET_LOG_LEVEL: 'silent',
});
const log = createLog({ level: 'silent', base: {} });
const clock = () => new Date();
const metrics = createMetrics(() => {});
const platform = await openPlatform(config, { clock, log, env: {}, metrics });
const outbox = platform.codeSenders.email;
if (!outbox) throw new Error('expected a sender for e-mail');
const { app } = composeService(config, {
  platform: {
    ...platform,
    codeSenders: {
      email: {
        ...outbox,
        send: async (message) => (message.to.includes('@known.') ? outbox.send(message) : 'opted_out'),
      },
    },
  },
  metrics,
  lifecycle: { draining: false },
  log,
  clock,
  version: 'bench',
});
const server = createHttpServer(
  (request, response) => {
    // For the control: an answer that is late on purpose.
    const lateBy = Number(request.headers['x-bench-late-us'] ?? 0);
    const until = process.hrtime.bigint() + BigInt(lateBy * 1000);
    while (process.hrtime.bigint() < until);
    app(request, response);
  },
  { keepAliveSeconds: 65, headersSeconds: 70, release: 'bench' },
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
await once(process, 'message');
server.close();
server.closeAllConnections();
await platform.close();
await temporary.remove();
process.disconnect?.();
