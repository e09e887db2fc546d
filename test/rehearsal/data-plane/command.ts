import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program to its end and returns what it printed. Rejects with its error output if it fails. */
export async function command(file: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute(file, args, { encoding: 'utf8' });
  return stdout;
}

/** Runs the lines as one batch of `ip`, which is much faster than one process a line (ip(8), `-batch`). */
export async function ipBatch(lines: string[], namespace?: string): Promise<void> {
  const child = execute('ip', [...(namespace ? ['-netns', namespace] : []), '-batch', '-']);
  child.child.stdin?.end(`${lines.join('\n')}\n`);
  await child;
}
