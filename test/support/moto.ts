import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type AwsStandIn, withAccounts } from './aws-stand-in.ts';
import { startQueueingProxy } from './breaking-proxy.ts';

/** Why tests on moto are skipped. */
export const noMoto = 'INLET_TEST_MOTO does not name a moto_server';

/**
 * Starts the moto_server that INLET_TEST_MOTO names, on a free port of the loopback address. Undefined if it is
 * not set, unless INLET_REQUIRE_MOTO=1 says that it must be.
 */
export async function startMoto(): Promise<AwsStandIn | undefined> {
  const { INLET_TEST_MOTO: program, INLET_REQUIRE_MOTO: required } = process.env;
  if (!program) {
    if (required === '1') throw new Error(noMoto);
    return undefined;
  }
  const server = spawn(program, ['-p', '0', '-H', '127.0.0.1'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = once(server, 'close');
  await once(server, 'spawn');
  const stop = async () => {
    server.kill();
    await gone;
  };
  for await (const line of createInterface({ input: server.stderr })) {
    const address = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (!address) continue;
    // The access log goes on coming, and must not fill the pipe.
    server.stderr.resume();
    const tables = await startQueueingProxy(address);
    const endpoints = { AWS_ENDPOINT_URL: address, AWS_ENDPOINT_URL_DYNAMODB: tables.url };
    return withAccounts(endpoints, async () => {
      await tables.stop();
      await stop();
    });
  }
  throw new Error('moto_server ended without naming its address');
}
