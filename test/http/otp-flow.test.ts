import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { feedbackClient, receiptOf } from '../support/feedback-client.ts';
import { wrongFor } from '../support/otp-bench.ts';
import { otpClient } from '../support/otp-client.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';

const requestCall = 'POST /v1/otp';
const verifyCall = 'POST /v1/otp/{id}/verify';

describe('one-time codes', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof otpClient>;
  before(async () => {
    inlet = await startInlet({
      INLET_OTP_CLIENT_PER_HOUR: '1000',
      INLET_PUBLIC_URL: 'https://inlet.example',
      INLET_SITE_NAME: 'The Museum',
    });
    client = otpClient(inlet);
  });
  after(() => inlet.stop());

  it('verify an e-mail address, which feedback then has as verified', async () => {
    const asked = Date.now();
    const { id, code, expiresAt, resendAfter, ...rest } = await client.receive('ada@example.org');
    assert.deepEqual(rest, {});
    assert.match(id, /^[\w-]{22}\.[\w-]{22}$/);
    const sentAt = Date.parse(expiresAt) - 600_000;
    assert.ok(sentAt >= asked && sentAt <= Date.now(), expiresAt);
    assert.equal(Date.parse(resendAfter) - sentAt, 30_000);
    assert.match(await client.letter(id), /^To: ada@example\.org\nSubject: Your code for The Museum\n/);
    assert.match(code, /^\d{8}$/);

    const verified = await client.verify(id, code);
    assert.equal(verified.status, 200, await verified.clone().text());
    assert.equal(verified.headers.get('cache-control'), 'no-store');
    const { proof, expiresAt: goodUntil, ...others } = (await verified.json()) as Record<string, string>;
    assert.deepEqual(others, {});
    assert.ok(Date.parse(goodUntil ?? '') > Date.now());

    const feedback = feedbackClient(inlet);
    const sent = { message: 'It is me.', email: 'ada@example.org', proof };
    const { id: feedbackId } = await receiptOf(await feedback.sendJson(sent));
    const { verified: isVerified, verifiedBy } = await feedback.get(feedbackId);
    assert.deepEqual({ isVerified, verifiedBy }, { isVerified: true, verifiedBy: 'email' });
  });

  it('verify a telephone number, with a message that phones fill in from', async () => {
    const { id, code } = await client.receive('+49 1512 3456789');
    assert.equal(
      await client.letter(id),
      `To: +4915123456789\n\n${code} is your code for The Museum, good for 10 minutes.\n\n@inlet.example #${code}\n`,
    );
    assert.match(code, /^\d{6}$/);
    const spoken = ` ${code.slice(0, 3)} - ${code.slice(3)}\n`;
    assert.equal((await client.verify(id, spoken)).status, 200);
  });

  it('are good once', async () => {
    const { id, code } = await client.receive('once@example.org');
    assert.equal((await client.verify(id, code)).status, 200);
    await assertProblem(inlet, await client.verify(id, code), verifyCall, 'code_used');
  });

  it('are refused after five wrong ones, with the time to wait', async () => {
    const { id, code } = await client.receive('guess@example.org');
    for (const left of ['4 tries are', '3 tries are', '2 tries are', '1 try is', '0 tries are']) {
      const problem = await assertProblem(
        inlet,
        await client.verify(id, wrongFor(code)),
        verifyCall,
        'code_wrong',
      );
      assert.equal(problem.detail, `${left} left.`);
    }
    const refused = await client.verify(id, code);
    const seconds = Number(refused.headers.get('retry-after'));
    assert.ok(seconds > 500 && seconds <= 600, `${seconds}`);
    await assertProblem(inlet, refused, verifyCall, 'tries_exhausted');
  });

  it('cost no try when what was typed cannot be a code', async () => {
    const { id, code } = await client.receive('typo@example.org');
    for (const typed of ['', '12345', '1234567', '123456789', 'abcdefgh', '１２３４５６', `${code}x`]) {
      const answer = await client.verify(id, typed);
      const problem = await assertProblem(inlet, answer, verifyCall, 'validation_failed');
      assert.deepEqual(
        problem.errors?.map(({ pointer }) => pointer),
        ['/code'],
      );
    }
    assert.equal((await client.verify(id, code)).status, 200);
  });

  it('are compared at most five times when 200 are tried at once', async () => {
    const { id, code } = await client.receive('crowd@example.org');
    const wrong = { channel: 'email', outcome: 'wrong' };
    const before = await inlet.metric('inlet_otp_verifications_total', wrong);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => client.verify(id, wrongFor(code, i + 1))),
    );
    const statuses = Map.groupBy(answers, ({ status }) => status);
    assert.deepEqual([statuses.get(422)?.length, statuses.get(429)?.length], [5, 195]);
    assert.equal(await inlet.metric('inlet_otp_verifications_total', wrong), before + 5);
    await assertProblem(inlet, await client.verify(id, code), verifyCall, 'tries_exhausted');
  });

  it('are not found under ids that were never given, however they look', async () => {
    const { id } = await client.receive('known@example.org');
    const unknown = [
      `${'A'.repeat(22)}.${'A'.repeat(22)}`,
      `${id.slice(0, 23)}${'A'.repeat(22)}`,
      `${id}A`,
      id.slice(1),
      'client%20aaaa',
      '%00',
      '1',
    ];
    for (const other of unknown) {
      await assertProblem(inlet, await client.verify(other, '123456'), verifyCall, 'code_not_found');
    }
  });

  it('are not sent again before the cooldown is over, to whoever asks', async () => {
    await client.receive('eager@example.org');
    const again = await client.request({ channel: 'email', to: 'EAGER@example.org' });
    const seconds = Number(again.headers.get('retry-after'));
    assert.ok(seconds > 20 && seconds <= 30, `${seconds}`);
    await assertProblem(inlet, again, requestCall, 'rate_limited');
  });

  it('are asked for with a body that follows the rules', async () => {
    const good = { channel: 'email', to: 'rules@example.org' };
    const cases: [object, string][] = [
      [{ ...good, channel: 'fax' }, '/channel'],
      [{ channel: 'email' }, '/to'],
      [{ ...good, to: 'rules' }, '/to'],
      [{ ...good, to: `${'a'.repeat(250)}@example.org` }, '/to'],
      [{ channel: 'sms', to: '01512 3456789' }, '/to'],
      [{ channel: 'sms', to: '+19005551234' }, '/to'],
      [{ ...good, purpose: 'Feedback' }, '/purpose'],
      [{ ...good, purpose: 'a'.repeat(33) }, '/purpose'],
      [{ ...good, code: '123456' }, '/code'],
    ];
    for (const [body, pointer] of cases) {
      const problem = await assertProblem(
        inlet,
        await client.request(body),
        requestCall,
        'validation_failed',
      );
      assert.deepEqual(
        problem.errors?.map((error) => error.pointer),
        [pointer],
      );
    }
  });

  it('make proofs for the purpose that was asked for', async () => {
    const answer = await client.request({ channel: 'email', to: 'p@example.org', purpose: 'sign-up' });
    const { id } = (await answer.json()) as { id: string };
    const code = /^ {4}(\d{8})$/m.exec(await client.letter(id))?.[1] ?? '';
    const { proof } = (await (await client.verify(id, code)).json()) as { proof: string };
    const sent = await feedbackClient(inlet).sendJson({ message: 'Hello.', proof });
    await assertProblem(inlet, sent, 'POST /v1/feedback', 'proof_invalid');
  });

  it('are counted by channel and outcome', async () => {
    const sent = { channel: 'sms', outcome: 'sent' };
    const before = await inlet.metric('inlet_otp_codes_total', sent);
    await client.receive('+4915123456780');
    const counted = await until(async () => {
      const now = await inlet.metric('inlet_otp_codes_total', sent);
      return now > before ? now : undefined;
    });
    assert.equal(counted, before + 1);
  });
});
