import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { openAwsPlatform } from '../../src/platform/aws/open-aws-platform.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { startAwsStandIn } from '../support/aws-stand-in.ts';
import { type BreakingProxy, type Fate, startBreakingProxy } from '../support/breaking-proxy.ts';
import { aFeedback, aKey, anUpload } from '../support/records.ts';

const standIn = await startAwsStandIn();
after(() => standIn.stop());

const isPut = ({ headers }: IncomingMessage) => headers['x-amz-target'] === 'DynamoDB_20120810.PutItem';

describe('DynamoDB that fails', () => {
  let proxy: BreakingProxy;
  let platform: Platform;
  let decide: (request: IncomingMessage) => Fate = () => 'pass';
  beforeEach(async () => {
    decide = () => 'pass';
    const account = await standIn.another();
    const target = account.env.AWS_ENDPOINT_URL_DYNAMODB ?? '';
    proxy = await startBreakingProxy(target, (request) => decide(request));
    const env = { ...account.env, AWS_ENDPOINT_URL_DYNAMODB: proxy.url };
    platform = await openAwsPlatform(account.config, { clock: () => new Date(), log: { warn() {} }, env });
  });
  afterEach(async () => {
    await platform.close();
    await proxy.stop();
  });

  it('makes every operation say store_unavailable while it cannot be reached', async () => {
    decide = () => 'drop';
    const { feedbackStore, uploadCatalogue, keyStore } = platform;
    const feedback = aFeedback();
    const calls = [
      () => feedbackStore.put(feedback),
      () => feedbackStore.get(feedback.id),
      () => feedbackStore.list({}, { limit: 5 }),
      () => feedbackStore.setStatus(feedback.id, 'read'),
      () => feedbackStore.delete(feedback.id),
      () => feedbackStore.due(feedback.receivedAt, 5),
      () => feedbackStore.backlog(),
      () => feedbackStore.check(),
      () => uploadCatalogue.complete(anUpload()),
      () => uploadCatalogue.check(),
      () => keyStore.put(aKey()),
      () => keyStore.list(),
    ];
    for (const call of calls) await assert.rejects(call, { code: 'store_unavailable', status: 503 });
  });

  it('completes an upload though the answer to the first request is lost', async () => {
    const { uploadCatalogue } = platform;
    const record = anUpload();
    await uploadCatalogue.begin({ id: record.id, key: record.key }, record.createdAt);
    decide = once(isPut, 'drop-answer');
    assert.equal(await uploadCatalogue.complete(record), true);
    assert.deepEqual(await uploadCatalogue.get(record.id), record);
  });

  it('enters feedback once though the answer to the first request is lost', async () => {
    const { feedbackStore } = platform;
    const record = aFeedback();
    decide = once(isPut, 'drop-answer');
    assert.deepEqual((await feedbackStore.put(record)).record, record);
    assert.deepEqual(await feedbackStore.list({}, { limit: 5 }), [record]);
  });

  it('still has exactly one first key after a process died between the two puts of it', async () => {
    const { keyStore } = platform;
    const [first, second] = [aKey(), aKey()];
    let puts = 0;
    decide = (request) => (isPut(request) && ++puts > 1 ? 'drop' : 'pass');
    await assert.rejects(keyStore.putFirst(first), { code: 'store_unavailable' });
    decide = () => 'pass';
    assert.equal(await keyStore.putFirst(second), false);
    assert.deepEqual(await keyStore.list(), [first]);
    assert.deepEqual(await keyStore.get(first.id), first);
  });
});

/** Lets the first request that matches meet the fate, and all others pass. */
function once(
  matches: (request: IncomingMessage) => boolean,
  fate: Fate,
): (request: IncomingMessage) => Fate {
  let met = false;
  return (request) => {
    if (met || !matches(request)) return 'pass';
    met = true;
    return fate;
  };
}
