// ExecStop of inlet.service: lets every worker drain at once while the collector still takes their counts.
//
// A bare SIGTERM to pm2-runtime is not enough. PM2 7 then ends the collector together with the workers, so that
// /metrics is gone for the whole drain and the last counts are lost; and it acts on ten processes at a time, so
// that on a machine with more workers the last ones begin to drain when the first have finished. One call a
// process has neither limit. PM2 kills a worker that outlives INLET_KILL_SECONDS, so this ends by then.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import net from 'node:net';
import { promisify } from 'node:util';

/** systemd runs ExecStop after a crash too. PM2's client would then start a second PM2, so it is not asked. */
async function runs(socketPath) {
  const socket = net.connect(socketPath);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

if (!(await runs(`${process.env.PM2_HOME}/rpc.sock`))) {
  process.stdout.write('PM2 does not run: no worker to stop\n');
  process.exit(0);
}

const pm2 = createRequire(`${process.cwd()}/package.json`)('pm2');
const call = (name, ...args) => promisify(pm2[name]).call(pm2, ...args);

await call('connect');
const workers = (await call('list')).filter(({ name }) => name === 'inlet');
const ended = await Promise.allSettled(workers.map(({ pm_id }) => call('delete', pm_id)));
const failed = ended.filter(({ status }) => status === 'rejected').length;
process.stdout.write(`${workers.length - failed} of ${workers.length} workers drained and ended\n`);
process.exit(failed === 0 ? 0 : 1);
