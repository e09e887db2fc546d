import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CreateEmailIdentityCommand } from '@aws-sdk/client-sesv2';
import { CreateTopicCommand, paginateListSubscriptionsByTopic } from '@aws-sdk/client-sns';
import type { AwsStandIn } from '../support/aws-stand-in.ts';
import { aCodeMessage } from '../support/code-message.ts';
import { noMoto, startMoto } from '../support/moto.ts';
import { readMotoData } from '../support/moto-data.ts';
import { codeSendersForTests } from '../support/open-code-senders.ts';
import { type RecordedCall, snsAnswer, startRecordingProxy } from '../support/recording-proxy.ts';
import { readTopic } from '../support/topic-reader.ts';

const moto = await startMoto();
after(() => moto?.stop());

if (moto) emailTests(moto);
else it('e-mail with codes on moto', { skip: noMoto });

function emailTests(moto: AwsStandIn): void {
  const endpoint = moto.env.AWS_ENDPOINT_URL ?? '';
  const { open, cleanups } = codeSendersForTests();

  describe('e-mail through SES', () => {
    it('arrives from a verified identity', async () => {
      const account = await moto.another();
      await account.clients.ses.send(new CreateEmailIdentityCommand({ EmailIdentity: 'example.org' }));
      const { email } = await open(account, {
        INLET_OTP_EMAIL: 'ses',
        INLET_OTP_FROM: 'Example <codes@example.org>',
        INLET_SITE_NAME: 'Example',
      });
      const message = aCodeMessage();
      assert.equal(await email?.send(message), 'sent');
      const { emails } = await readMotoData(endpoint);
      const sent = emails.filter(({ destinations }) => destinations.ToAddresses?.includes(message.to));
      assert.equal(sent.length, 1);
      assert.match(sent[0]?.body ?? '', new RegExp(`\\b${message.code}\\b`));
      assert.doesNotMatch(sent[0]?.subject ?? '', new RegExp(message.code));
    });

    it('does not count as sent from any other', async () => {
      const { email } = await open(await moto.another(), {
        INLET_OTP_EMAIL: 'ses',
        INLET_OTP_FROM: 'codes@unverified.example',
      });
      await assert.rejects(async () => email?.send(aCodeMessage()), { name: 'MessageRejected' });
    });
  });

  describe('e-mail through SNS alone', () => {
    async function openSns(settings: Record<string, string> = {}) {
      const account = await moto.another();
      const { TopicArn: topicArn = '' } = await account.clients.sns.send(
        new CreateTopicCommand({ Name: `${account.config.INLET_TABLE}-codes` }),
      );
      const { email } = await open(account, {
        INLET_OTP_EMAIL: 'sns',
        INLET_OTP_TOPIC_ARN: topicArn,
        ...settings,
      });
      assert.ok(email);
      const { sns } = account.clients;
      const read = (subject: string, queue: string) =>
        readTopic(
          { sns, sqs: account.sqs },
          {
            topicArn,
            filterPolicy: { subject: [subject] },
            queue: `${account.config.INLET_TABLE}-${queue}`,
          },
        );
      return { email, account, topicArn, read };
    }

    it('subscribes the address to the messages for it, which carry what its filter lets in', async () => {
      const { email, account, topicArn, read } = await openSns();
      const message = aCodeMessage();
      const itsMessages = await read(message.subject, 'its');
      const othersMessages = await read('of-somebody-else', 'others');
      assert.equal(await email.send(message), 'sent');

      const received = await itsMessages.next();
      assert.match(received.text, new RegExp(`\\b${message.code}\\b`));
      assert.doesNotMatch(received.subject, new RegExp(message.code));
      assert.deepEqual(received.attributes, { subject: message.subject });
      assert.deepEqual(await othersMessages.waiting(), []);

      const found = [];
      const pages = paginateListSubscriptionsByTopic({ client: account.clients.sns }, { TopicArn: topicArn });
      for await (const { Subscriptions = [] } of pages) found.push(...Subscriptions);
      const mine = found.filter(({ Endpoint }) => Endpoint === message.to);
      assert.deepEqual(
        mine.map(({ Protocol }) => Protocol),
        ['email'],
      );
      await email.check();
    });

    it('says to everybody, in words, that a confirmation comes first', async () => {
      const { email } = await openSns();
      assert.match(email.notice ?? '', /first time .* confirm .* Then ask for a new code\.$/);
    });

    it('makes the same calls for an address that is confirmed, pending, or new', async () => {
      let isPending = false;
      const pending = snsAnswer('Subscribe', '<SubscriptionArn>pending confirmation</SubscriptionArn>');
      // moto takes every subscription for confirmed, so the pending one is answered as AWS does.
      const proxy = await startRecordingProxy(endpoint, ({ name }) =>
        name === 'Subscribe' && isPending ? pending : 'pass',
      );
      cleanups.push(proxy.stop);
      const { email } = await openSns({ AWS_ENDPOINT_URL_SNS: proxy.url });
      const confirmed = aCodeMessage();
      const send = async (message: typeof confirmed) => {
        proxy.calls.length = 0;
        assert.equal(await email.send(message), 'sent');
        return proxy.calls.map((call) => withoutPerson(call, message));
      };
      const ofNew = await send(confirmed);
      const ofConfirmed = await send({ ...confirmed, code: '11223344' });
      isPending = true;
      const ofPending = await send(aCodeMessage());

      assert.deepEqual(
        ofNew.map(({ name }) => name),
        ['Subscribe', 'Publish'],
      );
      assert.deepEqual(ofConfirmed, ofNew);
      assert.deepEqual(ofPending, ofNew);
    });

    it('is not ready while its topic is missing', async () => {
      const { email } = await open(await moto.another(), {
        INLET_OTP_EMAIL: 'sns',
        INLET_OTP_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:missing',
      });
      await assert.rejects(async () => email?.check(), { name: 'NotFoundException' });
    });
  });
}

/** A call without what differs from person to person and code to code. */
function withoutPerson(call: RecordedCall, { to, subject, code }: ReturnType<typeof aCodeMessage>) {
  const text = [to, subject, code].reduce((words, own) => words.replaceAll(own, '*'), JSON.stringify(call));
  return JSON.parse(text) as RecordedCall;
}
