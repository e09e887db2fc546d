import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** A moto_server with nothing in it but what moto gives every account: a default VPC, and some public images. */
export interface MotoServer {
  endpoint: string;
  /** The moto_server that runs: AWS's API models lie in the same Python environment. */
  program: string;
  /** Forgets everything that was made since the start. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** The moto_server that INLET_TEST_MOTO names, else the one in the project's .venv; undefined if there is none. */
export function findMoto(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const own = path.join(import.meta.dirname, '../../../.venv/bin/moto_server');
  return environment.INLET_TEST_MOTO || (existsSync(own) ? own : undefined);
}

/** Starts moto on a free port of the loopback address. */
export async function startMotoServer(): Promise<MotoServer> {
  const program = findMoto();
  if (!program) throw new Error('INLET_TEST_MOTO does not name a moto_server, and there is none in .venv');
  const server = spawn(program, ['-p', '0', '-H', '127.0.0.1'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = once(server, 'close');
  await once(server, 'spawn');
  for await (const line of createInterface({ input: server.stderr })) {
    const endpoint = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (!endpoint) continue;
    // The access log goes on coming, and must not fill the pipe.
    server.stderr.resume();
    return {
      endpoint,
      program,
      async reset() {
        const answer = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
        if (!answer.ok) throw new Error(`moto was not reset: ${answer.status}`);
      },
      async stop() {
        server.kill();
        await gone;
      },
    };
  }
  throw new Error('moto_server ended without naming its address');
}
