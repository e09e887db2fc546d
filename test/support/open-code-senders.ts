import assert from 'node:assert/strict';
import { afterEach } from 'node:test';
import { loadConfig } from '../../src/config.ts';
import { openAwsPlatform } from '../../src/platform/aws/open-aws-platform.ts';
import type { AwsAccount } from './aws-account.ts';

/** The senders of one instance with these settings, and what it tells. Several may share an account. */
async function openCodeSenders(account: AwsAccount, settings: Record<string, string>) {
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

/** Opens senders for the tests of a file, and closes after each test whatever was opened for it. */
export function codeSendersForTests() {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  return {
    cleanups,
    async open(account: AwsAccount, settings: Record<string, string>) {
      const opened = await openCodeSenders(account, settings);
      cleanups.push(opened.close);
      return opened;
    },
  };
}
