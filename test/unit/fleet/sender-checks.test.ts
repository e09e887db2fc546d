import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { createSenderFacts } from '../../../scripts/fleet/aws/sender-facts.ts';
import { settingsCheck } from '../../../scripts/fleet/preflight/checks.ts';
import { type SenderFacts, senderChecks } from '../../../scripts/fleet/preflight/sender-checks.ts';
import {
  type Answering,
  jsonAnswer,
  snsAnswer,
  snsError,
  startRecordingProxy,
} from '../../support/recording-proxy.ts';

const topicArn = 'arn:aws:sns:eu-central-1:123456789012:codes';
const byTopic = { INLET_OTP_EMAIL: 'sns', INLET_OTP_TOPIC_ARN: topicArn };
const bySms = { INLET_OTP_SMS: 'sns', INLET_SMS_COUNTRIES: 'DE' };

/** Facts that the test may not need: asking for another one fails. */
function facts(known: Partial<SenderFacts>): SenderFacts {
  const unasked = () => Promise.reject(new Error('nobody needs to know this'));
  return { subscriptions: unasked, ses: unasked, sms: unasked, ...known };
}

const counting = (confirmed: number, pending: number) =>
  facts({ subscriptions: async () => ({ confirmed, pending }) });

describe('checks of the senders of codes', () => {
  test('nothing is asked about senders that are off', async () => {
    assert.deepEqual(await senderChecks({}, facts({})), []);
    const off = { INLET_OTP_EMAIL: 'off', INLET_OTP_SMS: 'off', INLET_OTP_TOPIC_ARN: topicArn };
    assert.deepEqual(await senderChecks(off, facts({})), []);
  });

  for (const [confirmed, pending, ok, words] of [
    [0, 0, true, /^0 of 200 addresses \(0 not confirmed\)$/],
    [150, 9, true, /^159 of 200 addresses \(9 not confirmed\)$/],
    [150, 10, true, /^warning: 160 of 200 .*; delete subscriptions, ask AWS for a higher quota, or/],
    [199, 0, true, /^warning: 199 of 200/],
    [150, 50, false, /^200 of 200 .*: new ones get no codes unless AWS has raised the quota/],
  ] as const) {
    test(`${confirmed} confirmed addresses and ${pending} pending ones of the topic`, async () => {
      const [check, ...others] = await senderChecks(byTopic, counting(confirmed, pending));
      assert.deepEqual([check?.name, check?.ok, others], ['codes topic', ok, []]);
      assert.match(check?.detail ?? '', words);
    });
  }

  test('a topic that is not there is a fault', async () => {
    const [check] = await senderChecks(byTopic, facts({ subscriptions: async () => undefined }));
    assert.deepEqual([check?.ok, check?.detail], [false, `there is no topic ${topicArn}`]);
  });

  for (const [hasProductionAccess, isSending, ok, words] of [
    [true, true, true, /everybody/],
    [false, true, false, /sandbox.*request production access/],
    [true, false, false, /paused/],
  ] as const) {
    test(`SES: production access ${hasProductionAccess}, sending ${isSending}`, async () => {
      const known = facts({ ses: async () => ({ hasProductionAccess, isSending }) });
      const [check] = await senderChecks({ INLET_OTP_EMAIL: 'ses' }, known);
      assert.deepEqual([check?.name, check?.ok], ['SES', ok]);
      assert.match(check?.detail ?? '', words);
    });
  }

  for (const [isSandboxed, monthlyLimitUsd, budget, ok, words] of [
    [false, 50, undefined, true, /everybody/],
    [false, undefined, undefined, true, /everybody/],
    [false, 50, '0', true, /stopped/],
    [false, 1, undefined, true, /^warning: INLET_SMS_MONTHLY_USD is 20, and AWS stops at 1 dollars/],
    [true, 50, undefined, false, /sandbox/],
  ] as const) {
    test(`SMS: sandbox ${isSandboxed}, AWS’s limit ${monthlyLimitUsd}, budget ${budget}`, async () => {
      const known = facts({ sms: async () => ({ isSandboxed, monthlyLimitUsd }) });
      const env = budget === undefined ? bySms : { ...bySms, INLET_SMS_MONTHLY_USD: budget };
      const [check] = await senderChecks(env, known);
      assert.deepEqual([check?.name, check?.ok], ['SMS', ok]);
      assert.match(check?.detail ?? '', words);
    });
  }

  test('settings that a sender would not start with are named', () => {
    const env = {
      INLET_PLATFORM: 'aws',
      AWS_REGION: 'eu-central-1',
      INLET_BUCKET: 'b',
      INLET_TABLE: 't',
      INLET_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:inlet',
      INLET_LINK_SECRETS: '0'.repeat(64),
    };
    assert.equal(settingsCheck(env).ok, true);
    const { ok, detail } = settingsCheck({ ...env, INLET_OTP_EMAIL: 'ses', INLET_OTP_SMS: 'sns' });
    assert.equal(ok, false);
    assert.match(detail, /INLET_OTP_FROM: it must be set.*INLET_SMS_COUNTRIES: it must name a country/s);
  });
});

describe('facts about the senders of codes', () => {
  async function ask<T>(answering: Answering, question: (known: SenderFacts) => Promise<T>) {
    const proxy = await startRecordingProxy(undefined, answering);
    const common = {
      region: 'eu-central-1',
      endpoint: proxy.url,
      maxAttempts: 1,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    const [sns, ses] = [new SNSClient(common), new SESv2Client(common)];
    try {
      return await question(createSenderFacts({ sns, ses }));
    } finally {
      sns.destroy();
      ses.destroy();
      await proxy.stop();
    }
  }
  const entry = (key: string, value: string) => `<entry><key>${key}</key><value>${value}</value></entry>`;

  test('are read from AWS’s answers', async () => {
    const counts = entry('SubscriptionsConfirmed', '12') + entry('SubscriptionsPending', '3');
    const attributes = snsAnswer('GetTopicAttributes', `<Attributes>${counts}</Attributes>`);
    assert.deepEqual(
      await ask(
        () => attributes,
        (known) => known.subscriptions(topicArn),
      ),
      {
        confirmed: 12,
        pending: 3,
      },
    );
    const account = jsonAnswer(200, { ProductionAccessEnabled: true, SendingEnabled: true });
    assert.deepEqual(
      await ask(
        () => account,
        (known) => known.ses(),
      ),
      {
        hasProductionAccess: true,
        isSending: true,
      },
    );
    const spend = `<attributes>${entry('MonthlySpendLimit', '1')}</attributes>`;
    const ofSms: Answering = ({ name }) =>
      name === 'GetSMSAttributes'
        ? snsAnswer(name, spend)
        : snsAnswer(name, '<IsInSandbox>false</IsInSandbox>');
    assert.deepEqual(await ask(ofSms, (known) => known.sms()), { isSandboxed: false, monthlyLimitUsd: 1 });
  });

  test('a topic that is missing is told from one that may not be read', async () => {
    const missing = () => snsError('NotFound', 'Topic does not exist', 404);
    assert.equal(await ask(missing, (known) => known.subscriptions(topicArn)), undefined);
    const denied = () => snsError('AuthorizationError', 'Not authorized', 403);
    await assert.rejects(
      ask(denied, (known) => known.subscriptions(topicArn)),
      {
        name: 'AuthorizationErrorException',
      },
    );
  });
});
