import { spawn } from 'node:child_process';

export interface Ran {
  code: number;
  output: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  log?: (line: string) => void;
}

/** Runs a program with little more than a PATH in its environment, and hands on its lines as they come. */
export function run(command: string, args: string[], { env, log }: RunOptions = {}): Promise<Ran> {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, HOME: '/root', LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let line = '';
  const take = (text: string) => {
    output += text;
    const lines = (line + text).split('\n');
    line = lines.pop() ?? '';
    for (const whole of lines) log?.(whole);
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The output of a command that has to succeed. Rejects with its last lines. */
export async function must(what: string, ran: Promise<Ran>): Promise<string> {
  const { code, output } = await ran;
  if (code !== 0)
    throw new Error(`${what} failed (${code}):\n${output.trim().split('\n').slice(-40).join('\n')}`);
  return output;
}
