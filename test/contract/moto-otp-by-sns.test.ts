import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  paginateListSubscriptionsByTopic,
  type SNSClient,
} from '@aws-sdk/client-sns';
import { createSubjects } from '../../src/otp/subjects.ts';
import type { AwsStandIn } from '../support/aws-stand-in.ts';
import { noMoto, startMoto } from '../support/moto.ts';
import { startInlet } from '../support/start-inlet.ts';
import { readTopic } from '../support/topic-reader.ts';
import { until } from '../support/until.ts';

const moto = await startMoto();
after(() => moto?.stop());

if (moto) wholeFlow(moto);
else it('a code by e-mail through SNS of moto', { skip: noMoto });

const json = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

async function policyOf(sns: SNSClient, TopicArn: string, address: string): Promise<unknown> {
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
    { client: sns },
    { TopicArn },
  )) {
    const found = Subscriptions.find(({ Endpoint }) => Endpoint === address);
    if (!found) continue;
    const { SubscriptionArn } = found;
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    return JSON.parse(Attributes?.FilterPolicy ?? '');
  }
  return undefined;
}

function wholeFlow(moto: AwsStandIn): void {
  describe('a code by e-mail through SNS of moto', () => {
    it('is asked for, read where the filter policy of the address lets it through, and makes a proof', async (t) => {
      const account = await moto.another();
      const { sns } = account.clients;
      const { TopicArn: topicArn = '' } = await sns.send(
        new CreateTopicCommand({ Name: `${account.config.INLET_TABLE}-codes` }),
      );
      const inlet = await startInlet({
        ...(account.env as Record<string, string>),
        INLET_OTP_EMAIL: 'sns',
        INLET_OTP_TOPIC_ARN: topicArn,
        INLET_SITE_NAME: 'Example',
      });
      t.after(inlet.stop);
      const to = `${randomUUID()}@example.org`;
      const subject = createSubjects(account.config.INLET_LINK_SECRETS)('email', to);
      // moto delivers no e-mail: a queue with the policy that the address must get stands in for its mailbox.
      const mailbox = await readTopic(
        { sns, sqs: account.sqs },
        { topicArn, filterPolicy: { subject: [subject] }, queue: `${account.config.INLET_TABLE}-mailbox` },
      );

      const asked = await inlet.fetch('/v1/otp', json({ channel: 'email', to }));
      assert.equal(asked.status, 202);
      const { id, notice } = (await asked.json()) as { id: string; notice?: string };
      assert.match(notice ?? '', /AWS/);
      const mail = await mailbox.next();
      assert.deepEqual(await policyOf(sns, topicArn, to), { subject: [subject] });
      const code = /\b\d{8}\b/.exec(mail.text)?.[0];
      assert.ok(code, mail.text);

      const verified = await inlet.fetch(`/v1/otp/${id}/verify`, json({ code }));
      assert.equal(verified.status, 200);
      const { proof } = (await verified.json()) as { proof: string };
      assert.match(proof, /^[\w-]+\.[\w-]+\.[\w-]+$/);
      assert.deepEqual(await account.contents(), []);
      for (const secret of [to, code]) assert.ok(!inlet.output().includes(secret), 'it is in the log');
      assert.equal(await inlet.metric('inlet_otp_codes_total', { channel: 'email', outcome: 'sent' }), 1);
    });

    it('is ready only with its topic', async (t) => {
      const account = await moto.another();
      const inlet = await startInlet({
        ...(account.env as Record<string, string>),
        INLET_OTP_EMAIL: 'sns',
        INLET_OTP_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:missing',
        INLET_OTP_SMS: 'sns',
        INLET_SMS_COUNTRIES: 'DE',
      });
      t.after(inlet.stop);
      // A check that a busy machine leaves no time for says so, and is made again.
      const { status, checks } = await until(async () => {
        const answer = await fetch(`${inlet.internalUrl}/ready`);
        const body = (await answer.json()) as { checks: Record<string, string> };
        const isLate = Object.values(body.checks).some((outcome) => outcome.startsWith('no answer'));
        return isLate ? undefined : { status: answer.status, checks: body.checks };
      });
      assert.equal(status, 503);
      assert.match(checks.emailCodes ?? '', /Topic does not exist/);
      assert.equal(checks.smsCodes, 'ok');
    });
  });
}
