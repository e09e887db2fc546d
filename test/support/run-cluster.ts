import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');

/** Does what `npm run cluster` and its like do: `command` is `start`, `reload`, `status` or `stop`. */
export function runCluster(command: string, env: NodeJS.ProcessEnv) {
  return promisify(execFile)(process.execPath, ['scripts/cluster.ts', command], { cwd: root, env });
}
