import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { openAwsPlatform } from '../../src/platform/aws/open-aws-platform.ts';
import type { Platform } from '../../src/platform/platform.ts';
import type { AwsAccount } from '../support/aws-account.ts';
import { startAwsStandIn } from '../support/aws-stand-in.ts';
import { type BreakingProxy, type Fate, startBreakingProxy } from '../support/breaking-proxy.ts';

const MiB = 1024 ** 2;
const small = randomBytes(1000);
const large = randomBytes(17 * MiB);

const standIn = await startAwsStandIn();
after(() => standIn.stop());

type Matches = (request: IncomingMessage) => boolean;
const put: Matches = ({ method, url = '' }) => method === 'PUT' && !url.includes('uploadId=');
const begin: Matches = ({ method, url = '' }) => method === 'POST' && url.includes('uploads');
const part =
  (n: number): Matches =>
  ({ method, url = '' }) =>
    method === 'PUT' && url.includes(`partNumber=${n}&`);
const complete: Matches = ({ method, url = '' }) => method === 'POST' && url.includes('uploadId=');

describe('S3 that fails', () => {
  let account: AwsAccount;
  let proxy: BreakingProxy;
  let platform: Platform;
  let decide: (request: IncomingMessage) => Fate = () => 'pass';
  beforeEach(async () => {
    decide = () => 'pass';
    account = await standIn.another();
    const target = account.env.AWS_ENDPOINT_URL_S3 ?? '';
    proxy = await startBreakingProxy(target, (request) => decide(request));
    const env = { ...account.env, AWS_ENDPOINT_URL_S3: proxy.url };
    platform = await openAwsPlatform(account.config, { clock: () => new Date(), log: { warn() {} }, env });
  });
  afterEach(async () => {
    await platform.close();
    await proxy.stop();
  });

  /** Lets the first `times` requests that match meet the fate. Gives the number of those that did. */
  const doom = (matches: Matches, fate: Fate, times = Number.POSITIVE_INFINITY) => {
    let met = 0;
    decide = (request) => {
      if (!matches(request) || met >= times) return 'pass';
      met += 1;
      return fate;
    };
    return () => met;
  };
  const store = (bytes: Buffer, signal = new AbortController().signal) =>
    platform.objectStore.put('uploads/a', inChunks(bytes), { contentType: 'image/png', signal });
  const unavailable = { code: 'store_unavailable', status: 503 };

  const steps: Array<[name: string, bytes: Buffer, matches: Matches]> = [
    ['PutObject', small, put],
    ['CreateMultipartUpload', large, begin],
    ['the first UploadPart', large, part(1)],
    ['the last UploadPart', large, part(3)],
    ['CompleteMultipartUpload', large, complete],
  ];
  for (const [step, bytes, matches] of steps) {
    for (const fate of ['drop', 'drop-answer', 'unavailable'] as const) {
      it(`says store_unavailable and keeps nothing if ${step} always meets: ${fate}`, async () => {
        const met = doom(matches, fate);
        await assert.rejects(store(bytes), unavailable);
        assert.ok(met() >= 1);
        assert.deepEqual(await account.contents(), []);
      });
    }
    for (const fate of ['drop', 'unavailable'] as const) {
      it(`stores the object, and nothing else, if ${step} meets once: ${fate}`, async () => {
        const met = doom(matches, fate, 1);
        await store(bytes);
        assert.equal(met(), 1);
        assert.deepEqual(await account.contents(), ['object uploads/a']);
      });
    }
  }

  it('leaves no second multipart upload if the answer to the first CreateMultipartUpload is lost', async () => {
    const met = doom(begin, 'drop-answer', 1);
    await store(large);
    assert.equal(met(), 1);
    assert.deepEqual(await account.contents(), ['object uploads/a']);
  });

  for (const [step, bytes, matches] of steps.filter(([name]) => /PutObject|UploadPart$/.test(name))) {
    if (step === 'CreateMultipartUpload') continue;
    it(`takes no damaged bytes: ${step} with one wrong bit is refused, and nothing is kept`, async () => {
      const met = doom(matches, 'corrupt');
      await assert.rejects(store(bytes), unavailable);
      assert.ok(met() >= 1);
      assert.deepEqual(await account.contents(), []);
    });
  }

  it('stops waiting for a source that hangs as soon as a part has failed', async () => {
    const hanging = async function* () {
      yield* inChunks(large.subarray(0, 9 * MiB));
      await new Promise(() => {});
    };
    doom(part(1), 'unavailable');
    const { signal } = new AbortController();
    await assert.rejects(
      platform.objectStore.put('uploads/a', hanging(), { contentType: 'image/png', signal }),
      unavailable,
    );
    assert.deepEqual(await account.contents(), []);
  });

  for (const [step, bytes, matches] of steps) {
    it(`keeps nothing if the upload is aborted while ${step} is under way`, async () => {
      const [aborter, reason] = [new AbortController(), new Error('the client went away')];
      decide = (request) => {
        if (matches(request)) aborter.abort(reason);
        return 'pass';
      };
      await assert.rejects(store(bytes, aborter.signal), (error) => error === reason);
      await assert.rejects(platform.objectStore.get('uploads/a'), { code: 'upload_not_found' });
    });
  }

  it('lets an upload wait for memory, leave the line, and go on once there is some', async () => {
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const config = { ...account.config, INLET_UPLOAD_MEMORY_BYTES: 16 * MiB };
    const tight = await openAwsPlatform(config, {
      clock: () => new Date(),
      log: { warn() {} },
      env: account.env,
    });
    const slow = async function* () {
      started.resolve();
      yield small;
      await finish.promise;
    };
    const { signal } = new AbortController();
    const first = tight.objectStore.put('uploads/slow', slow(), { contentType: 'image/png', signal });
    await started.promise;
    const aborter = new AbortController();
    const second = tight.objectStore.put('uploads/b', inChunks(small), {
      contentType: 'image/png',
      signal: aborter.signal,
    });
    aborter.abort(new Error('tired of waiting'));
    await assert.rejects(second, { message: 'tired of waiting' });
    const third = tight.objectStore.put('uploads/c', inChunks(small), { contentType: 'image/png', signal });
    finish.resolve();
    await Promise.all([first, third]);
    assert.deepEqual(await account.contents(), ['object uploads/c', 'object uploads/slow']);
    await tight.close();
  });

  it('says store_unavailable for every operation while S3 cannot be reached', async () => {
    await proxy.stop();
    const { objectStore } = platform;
    await assert.rejects(store(small), unavailable);
    await assert.rejects(store(large), unavailable);
    await assert.rejects(objectStore.get('uploads/a'), unavailable);
    await assert.rejects(objectStore.delete('uploads/a'), unavailable);
    await assert.rejects(objectStore.check(), unavailable);
  });

  it('does not call a bucket that is not there an outage', async () => {
    const config = { ...account.config, INLET_BUCKET: 'no-such-bucket' };
    const deps = { clock: () => new Date(), log: { warn() {} }, env: account.env };
    const wrong = await openAwsPlatform(config, deps);
    const isFault = (error: Error & { code?: string }) => error.code !== 'store_unavailable';
    await assert.rejects(wrong.objectStore.check(), isFault);
    await wrong.close();
  });
});

async function* inChunks(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
