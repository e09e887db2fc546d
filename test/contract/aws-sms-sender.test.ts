import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSnsSmsSender } from '../../src/platform/aws/sns-sms-sender.ts';
import { cannedAws, namesOf, rejection } from '../support/canned-aws.ts';
import { aCodeMessage } from '../support/code-message.ts';
import { type Answering, type RecordedCall, snsAnswer, snsError } from '../support/recording-proxy.ts';

const open = cannedAws();
const published = snsAnswer('Publish', '<MessageId>m-1</MessageId>');
const notOptedOut = snsAnswer('CheckIfPhoneNumberIsOptedOut', '<isOptedOut>false</isOptedOut>');

describe('SMS through SNS', () => {
  /** A ledger that is watched: what it does with a store is tested where it is. */
  async function openSender(answering: Answering, reserve?: () => Promise<undefined>) {
    const { clients, log, ...opened } = await open(answering);
    const ledger = { reserved: 0, givenBack: 0, spent: 0 };
    const sender = createSnsSmsSender({
      sns: clients.sms,
      budget: {
        reserve:
          reserve ??
          (async () => {
            ledger.reserved++;
            return { giveBack: async () => void ledger.givenBack++ };
          }),
      },
      countries: ['DE', 'AT'],
      maxPrice: 0.07,
      senderId: 'Example',
      site: 'Example',
      domain: 'www.example.org',
      spent: (usd) => {
        ledger.spent += usd;
      },
      log,
    });
    return { ...opened, sender, ledger };
  }
  const sms = aCodeMessage({ to: '+4915112345678', code: '402819' });
  const publishing = (answer: ReturnType<Answering>) => (call: RecordedCall) =>
    call.name === 'Publish' ? answer : notOptedOut;

  it('sends a transactional message with the highest price, the sender and the line for autofill', async () => {
    const { sender, calls, ledger } = await openSender(publishing(published));
    assert.equal(await sender.send(sms), 'sent');
    assert.deepEqual(namesOf(calls), ['CheckIfPhoneNumberIsOptedOut', 'Publish']);
    const { Message, PhoneNumber, ...rest } = calls[1]?.parameters ?? {};
    assert.equal(PhoneNumber, '+4915112345678');
    assert.match(String(Message), /\n@www\.example\.org #402819$/);
    const entries = [1, 2, 3].map((number) => {
      const of = (what: string) => rest[`MessageAttributes.entry.${number}.${what}`];
      return [of('Name'), of('Value.DataType'), of('Value.StringValue')];
    });
    assert.deepEqual(entries, [
      ['AWS.SNS.SMS.SMSType', 'String', 'Transactional'],
      ['AWS.SNS.SMS.MaxPrice', 'Number', '0.07'],
      ['AWS.SNS.SMS.SenderID', 'String', 'Example'],
    ]);
    assert.deepEqual(ledger, { reserved: 1, givenBack: 0, spent: 0.07 });
  });

  for (const [to, what] of [
    ['+12025550123', 'another country'],
    ['+18765551234', 'another country of the same calling code'],
    ['4915112345678', 'no E.164: there is no plus'],
    ['+49 151 12345678', 'no E.164: there are blanks'],
    ['+491', 'no number of any country'],
    ['+88213123456', 'a number of no country'],
    ['a@example.org', 'no number at all'],
  ] as const) {
    it(`sends nothing to ${what}`, async () => {
      const { sender, calls, ledger } = await openSender(() => 'drop');
      assert.equal(await sender.send({ ...sms, to }), 'country');
      assert.deepEqual([calls, ledger.reserved], [[], 0]);
    });
  }

  it('publishes nothing without a reservation', async () => {
    const { sender, calls } = await openSender(publishing('drop'), async () => undefined);
    assert.equal(await sender.send(sms), 'budget');
    assert.deepEqual(namesOf(calls), ['CheckIfPhoneNumberIsOptedOut']);
  });

  it('publishes nothing while the ledger cannot be reached', async () => {
    const { sender, calls } = await openSender(publishing('drop'), () =>
      Promise.reject(new Error('ledger away')),
    );
    assert.match((await rejection(sender, sms)).message, /ledger away/);
    assert.deepEqual(namesOf(calls), ['CheckIfPhoneNumberIsOptedOut']);
  });

  it('sends and sets aside nothing while SNS does not say whether the person has opted out', async () => {
    const { sender, ledger } = await openSender(() => snsError('Throttled', 'Rate exceeded', 429));
    assert.equal((await rejection(sender, sms)).name, 'ThrottledException');
    assert.equal(ledger.reserved, 0);
  });

  it('gives the price back if SNS answers that it will not send', async () => {
    const words = `Invalid parameter: PhoneNumber Reason: ${sms.to} is not valid to publish to`;
    const { sender, ledger } = await openSender(publishing(snsError('InvalidParameter', words)));
    assert.match((await rejection(sender, sms)).message, /Reason: … is not valid/);
    assert.deepEqual(ledger, { reserved: 1, givenBack: 1, spent: 0 });
  });

  it('gives the price back if the person has opted out in between', async () => {
    const { sender, ledger } = await openSender(publishing(snsError('OptedOut', 'Opted out')));
    assert.equal(await sender.send(sms), 'opted_out');
    assert.deepEqual(ledger, { reserved: 1, givenBack: 1, spent: 0 });
  });

  for (const [what, answer] of [
    ['breaks off', 'drop'],
    ['fails', snsError('InternalError', 'Sorry', 500)],
  ] as const) {
    it(`keeps the price set aside, and does not publish again, if SNS ${what}: it may have sent`, async () => {
      const { sender, calls, ledger } = await openSender(publishing(answer));
      await rejection(sender, sms);
      assert.deepEqual(namesOf(calls), ['CheckIfPhoneNumberIsOptedOut', 'Publish']);
      assert.deepEqual(ledger, { reserved: 1, givenBack: 0, spent: 0.07 });
    });
  }

  it('may be used if SNS shows the settings for SMS, and while it is asked too often', async () => {
    const attributes = '<attributes><entry><key>MonthlySpendLimit</key><value>1</value></entry></attributes>';
    const ready = await openSender(() => snsAnswer('GetSMSAttributes', attributes));
    await ready.sender.check();
    assert.deepEqual(namesOf(ready.calls), ['GetSMSAttributes']);
    const often = await openSender(() => snsError('Throttled', 'Rate exceeded', 429));
    await often.sender.check();
    const refused = await openSender(() => snsError('AuthorizationError', 'no', 403));
    await assert.rejects(refused.sender.check(), { name: 'AuthorizationErrorException' });
  });
});
