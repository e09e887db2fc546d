import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { composeService, openPlatform } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { scopes } from '../../src/keys/key-store.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import type { Platform } from '../../src/platform/platform.ts';
import type { ObjectStore } from '../../src/uploads/object-store.ts';

// The service on the real local platform, which kills itself at the DIE_AT-th call of a port: `before` it,
// `after` it, or `during` it, when the first bytes of a file are written. With HANG the channel of
// notifications takes them and never answers. Says address and key as one line of JSON, then every call.

const dieAt = Number(process.env.DIE_AT ?? 0);
const dieWhen = process.env.DIE_WHEN ?? 'before';
let calls = 0;

const die = () => process.kill(process.pid, 'SIGKILL');
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** The port, with every call counted. */
function counted<Port extends object>(name: string, port: Port): Port {
  return new Proxy(port, {
    get(target, method, receiver) {
      const original = Reflect.get(target, method, receiver);
      if (typeof original !== 'function') return original;
      return async (...args: unknown[]) => {
        const call = ++calls;
        say({ call, port: `${name}.${String(method)}` });
        if (call === dieAt && dieWhen === 'before') die();
        const result = await Reflect.apply(original, target, args);
        if (call === dieAt && dieWhen === 'after') die();
        return result;
      };
    },
  });
}

/** An object store that is killed while it holds the first bytes of an object, if it is time. */
function midway(store: ObjectStore): ObjectStore {
  async function* firstBytes(source: AsyncIterable<Uint8Array>, fatal: boolean) {
    for await (const chunk of source) {
      yield chunk;
      if (fatal) die();
    }
  }
  return {
    ...store,
    put: (key, source, options) =>
      store.put(key, firstBytes(source, calls === dieAt && dieWhen === 'during'), options),
  };
}

const config = loadConfig(process.env);
const log = createLog({ level: 'silent', base: {} });
const clock = () => new Date();
const platform = await openPlatform(config, { clock, log, env: process.env });
const hang = process.env.HANG === undefined ? {} : { publish: () => new Promise<never>(() => {}) };
const dying: Platform = {
  ...platform,
  objectStore: counted('objectStore', midway(platform.objectStore)),
  uploadCatalogue: counted('uploadCatalogue', platform.uploadCatalogue),
  feedbackStore: counted('feedbackStore', platform.feedbackStore),
  notifier: counted('notifier', { ...platform.notifier, ...hang }),
};
const { app, keys } = composeService(config, {
  platform: dying,
  metrics: createMetrics(() => {}),
  lifecycle: { draining: false },
  log,
  clock,
  version: 'dying',
});
const server = createHttpServer(app, { keepAliveSeconds: 5, headersSeconds: 10, release: 'dying' });
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const first = await keys.createFirst('administrator', [...scopes]);
say({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: first?.secret });
