import './scripts/require-node.js';
import os from 'node:os';
import path from 'node:path';

const root = import.meta.dirname;
const production = process.env.NODE_ENV === 'production';
const script = (name) => path.join(root, production ? 'dist' : 'src', `${name}.${production ? 'js' : 'ts'}`);
const killSeconds = Number(process.env.INLET_KILL_SECONDS || 120);

const common = {
  cwd: root,
  // PM2 goes on once a process says that it is ready, or after this time, ready or not.
  wait_ready: true,
  listen_timeout: 30_000,
  // How often PM2 looks whether a process that drains has ended; it logs a line each time.
  kill_retry_time: 1000,
  // What ends at once again and again is given up; the log says why.
  min_uptime: 5000,
  max_restarts: 15,
  // The log is JSON with times of its own, so PM2 adds nothing.
  merge_logs: true,
};

// PM2 passes the environment of whoever starts or reloads on to the processes, below what `env` says here.
// It loads this file by require(), which finds only named exports: with a default export it says
// "No script path".
export const apps = [
  // First, because PM2 reloads in this order: a new collector knows what old workers report, not the reverse.
  {
    ...common,
    name: 'inlet-collector',
    script: script('collector-main'),
    exec_mode: 'fork',
    instances: 1,
    // Not the `node` that PATH happens to find, which may be older.
    interpreter: process.execPath,
    // Longer than the collector waits for its workers to finish writing.
    kill_timeout: 10_000,
  },
  {
    ...common,
    name: 'inlet',
    script: script('main'),
    exec_mode: 'cluster',
    instances: Number(process.env.INLET_WORKERS || os.availableParallelism()),
    kill_timeout: killSeconds * 1000,
    // On a reload PM2 puts this in the place of all the variables that it knows, so it names all of them: with
    // only its own one, workers would go on with the settings and the release that they were started with.
    env: { ...process.env, INLET_METRICS_SINK: 'collector' },
  },
];
