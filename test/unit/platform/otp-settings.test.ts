import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, loadConfig } from '../../../src/config.ts';
import { openAwsPlatform } from '../../../src/platform/aws/open-aws-platform.ts';

const feedbackTopic = 'arn:aws:sns:eu-central-1:123456789012:inlet';
const codesTopic = 'arn:aws:sns:eu-central-1:123456789012:codes';
const settings = {
  INLET_PLATFORM: 'aws',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  INLET_LINK_SECRETS: 'a secret that is only good for tests',
  INLET_BUCKET: 'photos',
  INLET_TABLE: 'inlet',
  INLET_TOPIC_ARN: feedbackTopic,
};

async function open(given: Record<string, string>) {
  const env = { ...settings, ...given };
  const config = loadConfig(env);
  assert.ok(config.INLET_PLATFORM === 'aws');
  const platform = await openAwsPlatform(config, { clock: () => new Date(), log: { warn() {} }, env });
  await platform.close();
  return platform.codeSenders;
}

/** The lines of the error with which the platform refuses to open, without the first. */
async function mistakesOf(given: Record<string, string>): Promise<string[]> {
  const error = await open(given).then(
    () => assert.fail('it has no mistake'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError);
  const [, ...lines] = error.message.split('\n');
  return lines.map((line) => line.trim());
}

describe('settings of the senders of codes', () => {
  it('turn on the senders that they name, and no other', async () => {
    assert.deepEqual(await open({}), {});
    const ses = await open({ INLET_OTP_EMAIL: 'ses', INLET_OTP_FROM: 'codes@example.org' });
    assert.deepEqual([ses.email?.channel, ses.email?.notice, ses.sms], ['email', undefined, undefined]);
    const sns = await open({ INLET_OTP_EMAIL: 'sns', INLET_OTP_TOPIC_ARN: codesTopic });
    assert.match(sns.email?.notice ?? '', /confirm/);
    const sms = await open({ INLET_OTP_SMS: 'sns', INLET_SMS_COUNTRIES: 'DE,AT' });
    assert.deepEqual([sms.sms?.channel, sms.email], ['sms', undefined]);
    assert.ok(
      (await open({ INLET_OTP_SMS: 'sns', INLET_SMS_COUNTRIES: 'DE', INLET_SMS_MONTHLY_USD: '0' })).sms,
    );
  });

  for (const [given, words] of [
    [{ INLET_OTP_EMAIL: 'ses' }, /^INLET_OTP_FROM: it must be set/],
    [{ INLET_OTP_EMAIL: 'sns' }, /^INLET_OTP_TOPIC_ARN: it must be set/],
    [
      { INLET_OTP_EMAIL: 'sns', INLET_OTP_TOPIC_ARN: feedbackTopic },
      /^INLET_OTP_TOPIC_ARN: it must not be the topic for notifications/,
    ],
    [{ INLET_OTP_TOPIC_ARN: feedbackTopic }, /^INLET_OTP_TOPIC_ARN: it must not be the topic/],
    [{ INLET_OTP_SMS: 'sns' }, /^INLET_SMS_COUNTRIES: it must name a country/],
    [{ INLET_OTP_SMS: 'sns', INLET_SMS_COUNTRIES: 'DE,UK' }, /^INLET_SMS_COUNTRIES: UK is no country/],
    [
      { INLET_OTP_SMS: 'sns', INLET_SMS_COUNTRIES: 'DE', INLET_SMS_MONTHLY_USD: '0.05' },
      /^INLET_SMS_MONTHLY_USD: it must be enough for one SMS/,
    ],
  ] satisfies [Record<string, string>, RegExp][]) {
    it(`refused: ${JSON.stringify(given)}`, async () => {
      const [first = '', ...others] = await mistakesOf(given);
      assert.match(first, words);
      assert.deepEqual(others, []);
    });
  }

  it('are all refused at once, with the other mistakes', async () => {
    const mistakes = await mistakesOf({
      INLET_OTP_EMAIL: 'ses',
      INLET_OTP_TOPIC_ARN: feedbackTopic,
      INLET_OTP_SMS: 'sns',
      INLET_UPLOAD_MEMORY_BYTES: String(15 * 1024 ** 2),
    });
    assert.deepEqual(
      mistakes.map((line) => line.split(':')[0]),
      ['INLET_OTP_FROM', 'INLET_OTP_TOPIC_ARN', 'INLET_SMS_COUNTRIES', 'INLET_UPLOAD_MEMORY_BYTES'],
    );
  });
});
