import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { AwsAccount } from '../support/aws-account.ts';
import type { AwsStandIn } from '../support/aws-stand-in.ts';
import { aCodeMessage } from '../support/code-message.ts';
import { noMoto, startMoto } from '../support/moto.ts';
import { readMotoData } from '../support/moto-data.ts';
import { codeSendersForTests } from '../support/open-code-senders.ts';
import { snsError, startRecordingProxy } from '../support/recording-proxy.ts';

const moto = await startMoto();
after(() => moto?.stop());

if (moto) smsTests(moto);
else it('SMS through SNS of moto', { skip: noMoto });

function smsTests(moto: AwsStandIn): void {
  const endpoint = moto.env.AWS_ENDPOINT_URL ?? '';
  const { open, cleanups } = codeSendersForTests();

  describe('SMS through SNS of moto', () => {
    let numbers = 15_112_340_000;
    /** A German number that no other test has, and that moto does not take for opted out. */
    function newNumber(): string {
      numbers += 100;
      return `+49${numbers}`;
    }
    const textsTo = async (...to: string[]) =>
      (await readMotoData(endpoint)).sms.filter((sms) => to.includes(sms.phone_number));
    const ledger = () => `sms ${new Date().toISOString().slice(0, 7)}`;

    async function openSms(settings: Record<string, string> = {}, account?: AwsAccount) {
      const opened = await open(account ?? (await moto.another()), {
        INLET_OTP_SMS: 'sns',
        INLET_SMS_COUNTRIES: 'DE',
        INLET_SMS_MAX_PRICE: '0.1',
        INLET_OTP_DOMAIN: 'www.example.org',
        ...settings,
      });
      assert.ok(opened.sms);
      return { ...opened, sms: opened.sms };
    }

    it('arrives, and its highest price is in the ledger and the metric', async () => {
      const { sms, counters, costUsd, warnings } = await openSms();
      const to = newNumber();
      assert.equal(await sms.send(aCodeMessage({ to, code: '402819' })), 'sent');
      const [text, ...others] = await textsTo(to);
      assert.match(text?.message ?? '', /^402819 .*\n\n@www\.example\.org #402819$/s);
      assert.deepEqual(others, []);
      assert.deepEqual([await counters.total(ledger()), costUsd(), warnings], [100, 0.1, []]);
      await sms.check();
    });

    it('does not go to people who have opted out, and costs nothing then', async () => {
      const { sms, counters, costUsd } = await openSms();
      const to = newNumber().replace(/..$/, '99');
      assert.equal(await sms.send(aCodeMessage({ to })), 'opted_out');
      assert.deepEqual([await textsTo(to), await counters.total(ledger()), costUsd()], [[], 0, 0]);
    });

    it('does not go to a country that is not allowed', async () => {
      const { sms, counters } = await openSms();
      assert.equal(await sms.send(aCodeMessage({ to: '+12025550123' })), 'country');
      assert.deepEqual([await textsTo('+12025550123'), await counters.total(ledger())], [[], 0]);
    });

    it('ends with the budget of the month, for all instances, with one warning each', async () => {
      const account = await moto.another();
      const settings = { INLET_SMS_MONTHLY_USD: '0.25' };
      const [here, there] = [await openSms(settings, account), await openSms(settings, account)];
      const to = [newNumber(), newNumber(), newNumber(), newNumber(), newNumber()];
      const outcomes = [];
      for (const [turn, number] of to.entries()) {
        outcomes.push(await (turn % 2 ? there : here).sms.send(aCodeMessage({ to: number })));
      }
      assert.deepEqual(outcomes, ['sent', 'sent', 'budget', 'budget', 'budget']);
      assert.equal((await textsTo(...to)).length, 2);
      for (const { warnings } of [here, there]) {
        assert.equal(warnings.length, 1);
        assert.match(warnings[0] ?? '', /budget for SMS is used up/);
      }
    });

    it('ends with the budget however many ask at once', async () => {
      const { sms } = await openSms({ INLET_SMS_MONTHLY_USD: '0.5' });
      const to = Array.from({ length: 20 }, newNumber);
      const outcomes = await Promise.all(to.map((number) => sms.send(aCodeMessage({ to: number }))));
      assert.equal(outcomes.filter((outcome) => outcome === 'sent').length, 5);
      assert.equal(outcomes.filter((outcome) => outcome === 'budget').length, 15);
      assert.equal((await textsTo(...to)).length, 5);
    });

    it('is stopped by a budget of 0', async () => {
      const { sms, counters, warnings } = await openSms({ INLET_SMS_MONTHLY_USD: '0' });
      const to = [newNumber(), newNumber()];
      for (const number of to) assert.equal(await sms.send(aCodeMessage({ to: number })), 'budget');
      assert.deepEqual([await textsTo(...to), await counters.total(ledger())], [[], 0]);
      assert.deepEqual(warnings, ['SMS are stopped: INLET_SMS_MONTHLY_USD is 0']);
    });

    it('gets back from the budget what was set aside for a message that SNS refused', async () => {
      let refusals = 0;
      const proxy = await startRecordingProxy(endpoint, ({ name }) =>
        name === 'Publish' && refusals++ === 0 ? snsError('InvalidParameter', 'No') : 'pass',
      );
      cleanups.push(proxy.stop);
      const { sms } = await openSms({ INLET_SMS_MONTHLY_USD: '0.1', AWS_ENDPOINT_URL_SNS: proxy.url });
      const to = newNumber();
      await assert.rejects(sms.send(aCodeMessage({ to })), { name: 'InvalidParameterException' });
      assert.equal(await sms.send(aCodeMessage({ to })), 'sent');
      assert.equal(await sms.send(aCodeMessage({ to })), 'budget');
      assert.equal((await textsTo(to)).length, 1);
    });

    it('sends nothing while the ledger cannot be reached', async () => {
      const proxy = await startRecordingProxy(endpoint, () => 'drop');
      cleanups.push(proxy.stop);
      const { sms } = await openSms({ AWS_ENDPOINT_URL_DYNAMODB: proxy.url });
      const to = newNumber();
      await assert.rejects(sms.send(aCodeMessage({ to })), { code: 'store_unavailable' });
      assert.deepEqual(await textsTo(to), []);
    });
  });
}
