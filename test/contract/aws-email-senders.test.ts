import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSesEmailSender } from '../../src/platform/aws/ses-email-sender.ts';
import { createSnsEmailSender } from '../../src/platform/aws/sns-email-sender.ts';
import { cannedAws, namesOf, rejection } from '../support/canned-aws.ts';
import { aCodeMessage } from '../support/code-message.ts';
import { type Answering, jsonAnswer, snsAnswer, snsError } from '../support/recording-proxy.ts';

const open = cannedAws();
const topicArn = 'arn:aws:sns:us-east-1:123456789012:codes';
const published = snsAnswer('Publish', '<MessageId>m-1</MessageId>');
const subscribed = snsAnswer('Subscribe', '<SubscriptionArn>pending confirmation</SubscriptionArn>');

describe('e-mail through SNS alone', () => {
  async function openSender(answering: Answering) {
    const { clients, log, ...opened } = await open(answering);
    return { ...opened, sender: createSnsEmailSender({ sns: clients.sns, topicArn, site: 'Example', log }) };
  }

  it('goes on to publish where the address has a subscription with another filter policy, and says so', async () => {
    const { sender, calls, warnings } = await openSender(({ name }) =>
      name === 'Publish'
        ? published
        : snsError(
            'InvalidParameter',
            'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
          ),
    );
    const message = aCodeMessage();
    assert.equal(await sender.send(message), 'sent');
    assert.deepEqual(namesOf(calls), ['Subscribe', 'Publish']);
    assert.match(warnings[0]?.words ?? '', /another filter policy/);
    assert.ok(!JSON.stringify(warnings).includes(message.to));
  });

  for (const code of ['FilterPolicyLimitExceeded', 'SubscriptionLimitExceeded']) {
    it(`rejects and says what to do at ${code}, with the calls of every other message`, async () => {
      const { sender, calls, warnings } = await openSender(({ name }) =>
        name === 'Publish' ? published : snsError(code, 'The limit is reached', 403),
      );
      const { name } = await rejection(sender);
      assert.equal(name, `${code}Exception`);
      assert.deepEqual(namesOf(calls), ['Subscribe', 'Publish']);
      assert.match(warnings[0]?.words ?? '', /delete subscriptions, ask AWS for a higher quota/);
    });
  }

  it('rejects where the topic does not let it subscribe, and publishes nothing', async () => {
    const { sender, calls } = await openSender(() => snsError('AuthorizationError', 'Not authorized', 403));
    assert.equal((await rejection(sender)).name, 'AuthorizationErrorException');
    assert.deepEqual(namesOf(calls), ['Subscribe']);
  });

  it('rejects where SNS does not take the message', async () => {
    const { sender } = await openSender(({ name }) =>
      name === 'Subscribe' ? subscribed : snsError('NotFound', 'Topic does not exist', 404),
    );
    assert.equal((await rejection(sender)).name, 'NotFoundException');
  });
});

describe('e-mail through SES', () => {
  async function openSender(answering: Answering, configurationSet?: string) {
    const { clients, calls } = await open(answering);
    const from = 'Example <codes@example.org>';
    const sender = createSesEmailSender({ ses: clients.ses, from, configurationSet, site: 'Example' });
    return { calls, sender };
  }

  it('sends plain text from the identity, with the configuration set', async () => {
    const { sender, calls } = await openSender(() => jsonAnswer(200, { MessageId: 'm-1' }), 'codes');
    const message = aCodeMessage();
    assert.equal(await sender.send(message), 'sent');
    const [call] = calls;
    assert.equal(call?.name, 'POST /v2/email/outbound-emails');
    const { FromEmailAddress, Destination, ConfigurationSetName, Content } = call.parameters;
    assert.deepEqual(
      [FromEmailAddress, Destination, ConfigurationSetName],
      ['Example <codes@example.org>', { ToAddresses: [message.to] }, 'codes'],
    );
    const { Simple } = Content as { Simple: { Subject: { Data: string }; Body: Record<string, unknown> } };
    assert.deepEqual(Object.keys(Simple.Body), ['Text']);
    assert.ok(JSON.stringify(Simple.Body).includes(message.code));
    assert.ok(!Simple.Subject.Data.includes(message.code));
  });

  it('rejects what SES rejects, without the address that SES repeats', async () => {
    const message = aCodeMessage();
    const words = `Email address is not verified. The following identities failed the check: ${message.to.toUpperCase()}`;
    const { sender } = await openSender(() => jsonAnswer(400, { message: words }, 'MessageRejected'));
    const error = await rejection(sender, message);
    assert.equal(error.name, 'MessageRejected');
    assert.match(error.message, /^Email address is not verified\. .*: … \(HTTP status 400\)$/);
  });

  it('may be used while SES sends for the account, and while it is asked too often', async () => {
    const ready = await openSender(() => jsonAnswer(200, { SendingEnabled: true }));
    await ready.sender.check();
    assert.deepEqual(namesOf(ready.calls), ['GET /v2/email/account']);
    const often = await openSender(() => jsonAnswer(429, {}, 'TooManyRequestsException'));
    await often.sender.check();
  });

  it('may not be used while SES has paused the account, or refuses to say', async () => {
    const paused = await openSender(() => jsonAnswer(200, { SendingEnabled: false }));
    await assert.rejects(paused.sender.check(), /paused/);
    const refused = await openSender(() => jsonAnswer(403, { message: 'no' }, 'AccessDeniedException'));
    await assert.rejects(refused.sender.check(), { name: 'AccessDeniedException' });
  });
});
