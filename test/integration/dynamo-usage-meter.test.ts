import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import type { UsageMeter } from '../../src/keys/usage-meter.ts';
import { openAwsPlatform } from '../../src/platform/aws/open-aws-platform.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { startAwsStandIn } from '../support/aws-stand-in.ts';
import { type BreakingProxy, type Fate, startBreakingProxy } from '../support/breaking-proxy.ts';

const standIn = await startAwsStandIn();
after(() => standIn.stop());

const noon = new Date('2026-11-15T12:00:00.000Z');
const after1s = new Date(noon.getTime() + 1000);

describe('what metering costs on DynamoDB', () => {
  let proxy: BreakingProxy;
  let openAnother: () => Promise<Platform>;
  let platform: Platform;
  let meter: UsageMeter;
  let calls: string[];
  let fate: () => Fate;
  beforeEach(async () => {
    calls = [];
    fate = () => 'pass';
    const account = await standIn.another();
    proxy = await startBreakingProxy(account.env.AWS_ENDPOINT_URL_DYNAMODB ?? '', ({ headers }) => {
      calls.push(String(headers['x-amz-target']).replace(/.*\./, ''));
      return fate();
    });
    const env = { ...account.env, AWS_ENDPOINT_URL_DYNAMODB: proxy.url };
    openAnother = () => openAwsPlatform(account.config, { clock: () => noon, log: { warn() {} }, env });
    platform = await openAnother();
    meter = platform.usageMeter;
  });
  afterEach(async () => {
    await platform.close();
    await proxy.stop();
  });

  it('is one update a request, whether its bucket was full or not', async () => {
    for (let i = 0; i < 5; i++) await meter.take('a', { rate: 1, burst: 10, quota: 100 }, noon);
    await meter.take('a', { rate: 1, burst: 10 }, new Date('2026-11-16T12:00:00.000Z'));
    assert.deepEqual(calls, Array(6).fill('UpdateItem'));
  });

  it('is nothing for a flood over the limit', async () => {
    const limits = { rate: 1, burst: 2 };
    for (let i = 0; i < 100; i++) await meter.take('a', limits, noon);
    assert.deepEqual(calls, ['UpdateItem', 'UpdateItem']);
    assert.equal((await meter.take('a', limits, after1s)).allowed, true);
    assert.equal(calls.length, 3);
  });

  it('is nothing for a flood over the quota, until the quota is raised', async () => {
    for (let i = 0; i < 100; i++) await meter.take('a', { rate: 1, burst: 9, quota: 2 }, noon);
    assert.equal(calls.length, 2);
    assert.equal((await meter.take('a', { rate: 1, burst: 9, quota: 3 }, noon)).allowed, true);
  });

  it('is a refused update and a read more, once, when another process was there before', async () => {
    const limits = { rate: 1, burst: 5 };
    await meter.take('a', limits, noon);
    const other = await openAnother();
    calls.length = 0;
    assert.equal((await other.usageMeter.take('a', limits, noon)).remaining, 3);
    assert.equal((await other.usageMeter.take('a', limits, noon)).remaining, 2);
    await other.close();
    assert.deepEqual(calls, ['UpdateItem', 'GetItem', 'UpdateItem', 'UpdateItem']);
  });

  it('may count a request twice whose answer was lost, and lets it pass', async () => {
    await meter.take('a', { rate: 1, burst: 10 }, noon);
    let lost = false;
    fate = () => {
      const first = !lost;
      lost = true;
      return first ? 'drop-answer' : 'pass';
    };
    const verdict = await meter.take('a', { rate: 1, burst: 10 }, noon);
    assert.deepEqual([verdict.allowed, verdict.used], [true, 3]);
  });
});
