import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type AwsConfig, ConfigError, type Environment, loadConfig } from '../../../src/config.ts';
import { createAwsClients } from '../../../src/platform/aws/aws-clients.ts';
import { openAwsPlatform } from '../../../src/platform/aws/open-aws-platform.ts';
import { partBytesFor } from '../../../src/platform/aws/part-bytes.ts';

const MiB = 1024 ** 2;
const settings = {
  INLET_PLATFORM: 'aws',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  INLET_LINK_SECRETS: 'a secret that is only good for tests',
  INLET_BUCKET: 'photos',
  INLET_TABLE: 'inlet',
  INLET_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:inlet',
};

function configOf(env: Environment): AwsConfig {
  const config = loadConfig(env);
  assert.ok(config.INLET_PLATFORM === 'aws');
  return config;
}

/** The request that the S3 client would send for a PutObject. */
async function putRequest(overrides: Environment) {
  const env = { ...settings, ...overrides };
  const { s3, destroy } = createAwsClients(configOf(env), env);
  const sent = Promise.withResolvers<{
    protocol: string;
    hostname: string;
    path: string;
    headers: Record<string, string>;
  }>();
  s3.middlewareStack.add(
    () =>
      async ({ request }) => {
        sent.resolve(request as Awaited<typeof sent.promise>);
        throw new Error('not sent');
      },
    { step: 'finalizeRequest', priority: 'low' },
  );
  const command = new PutObjectCommand({ Bucket: 'photos', Key: 'a', Body: 'x', ChecksumCRC32: 'jNw+gw==' });
  await assert.rejects(s3.send(command), { message: 'not sent' });
  destroy();
  return sent.promise;
}

describe('AWS clients', () => {
  it('talk to the service of the region, and leave the payload to TLS and one CRC32', async () => {
    const { protocol, hostname, headers } = await putRequest({});
    assert.deepEqual([protocol, hostname], ['https:', 'photos.s3.eu-central-1.amazonaws.com']);
    assert.equal(headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
    assert.equal(headers['x-amz-checksum-crc32'], 'jNw+gw==');
    assert.equal(headers['content-length'], '1');
  });

  it('sign the payload where there is no TLS, and put the bucket into the path of a stand-in', async () => {
    const { headers, path, hostname } = await putRequest({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
    assert.equal(
      headers['x-amz-content-sha256'],
      '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
    );
    assert.deepEqual([hostname, path], ['127.0.0.1', '/photos/a']);
  });

  it('prefer the endpoint of the service to the one of all services', async () => {
    const { hostname } = await putRequest({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.2:9',
    });
    assert.equal(hostname, '127.0.0.2');
  });

  it('put the bucket where INLET_S3_PATH_STYLE says', async () => {
    const { path } = await putRequest({ INLET_S3_PATH_STYLE: 'true' });
    assert.equal(path, '/photos/a');
  });
});

describe('AWS platform', () => {
  const open = async (env: Environment) => {
    const warnings: string[] = [];
    const log = { warn: (_: object, text: string) => warnings.push(text) };
    const platform = await openAwsPlatform(configOf(env), { clock: () => new Date(), log, env });
    await platform.close();
    return warnings;
  };

  it('warns of static keys in production, without naming them, and only there', async () => {
    const [warning = '', ...others] = await open({ ...settings, NODE_ENV: 'production' });
    assert.match(warning, /static AWS keys/);
    assert.deepEqual(others, []);
    assert.deepEqual(await open(settings), []);
    assert.deepEqual(await open({ ...settings, NODE_ENV: 'production', AWS_ACCESS_KEY_ID: undefined }), []);
  });

  it('refuses a memory for uploads in which not even one fits', async () => {
    const env = { ...settings, INLET_UPLOAD_MEMORY_BYTES: String(15 * MiB) };
    await assert.rejects(open(env), ConfigError);
  });

  it('makes parts larger where 10 000 would not hold the largest file', () => {
    assert.equal(partBytesFor(8 * MiB, 5 * 1024 * MiB), 8 * MiB);
    assert.equal(partBytesFor(8 * MiB, 80_000 * MiB), 8 * MiB);
    assert.equal(partBytesFor(8 * MiB, 80_000 * MiB + 1), 9 * MiB);
  });
});
