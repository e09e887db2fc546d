import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config.ts';
import { openAwsPlatform } from '../../src/platform/aws/open-aws-platform.ts';
import type { AwsAccount } from './aws-account.ts';

/** The senders of one instance with these settings, and what it tells. Several may share an account. */
export async function openCodeSenders(account: AwsAccount, settings: Record<string, string>) {
  const env = { ...account.env, ...settings };
  const config = loadConfig(env);
  assert.ok(config.INLET_PLATFORM === 'aws');
  const warnings: string[] = [];
  let costUsd = 0;
  const { codeSenders, counters, close } = await openAwsPlatform(config, {
    clock: () => new Date(),
    log: { warn: (_, words) => void warnings.push(words) },
    env,
    metrics: {
      smsCost: (usd) => {
        costUsd += usd;
      },
    },
  });
  return { ...codeSenders, counters, close, warnings, costUsd: () => costUsd };
}
