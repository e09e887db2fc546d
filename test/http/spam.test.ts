import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Scope } from '../../src/keys/key-store.ts';
import { createFormTokens } from '../../src/spam/form-tokens.ts';
import { assertProblem } from '../support/checks.ts';
import { feedbackClient, formData, receiptOf } from '../support/feedback-client.ts';
import { withKeys } from '../support/inlet-keys.ts';
import { openAndSolve, openForm, solved } from '../support/open-form.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';

const secret = 'a secret that is only good for tests';
const site = 'https://www.example.org';
const settings = {
  INLET_SPAM_CHECKS: 'on',
  INLET_FORM_MIN_SECONDS: '0',
  INLET_POW_COST: '50',
  INLET_POW_MAX_COST: '50',
  INLET_LINK_SECRETS: secret,
  INLET_ALLOWED_ORIGINS: site,
};

describe('feedback that is judged', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  before(async () => {
    inlet = await startInlet(settings);
    client = feedbackClient(inlet);
  });
  after(() => inlet.stop());

  const judged = async (answer: Response) => {
    const { status, suspicions, delivery } = await client.get((await receiptOf(answer)).id);
    const isHeld = delivery.state === 'held';
    assert.equal(isHeld, suspicions.length > 0);
    assert.equal(status, isHeld ? 'quarantined' : 'new');
    return suspicions;
  };
  const send = async (body: object, headers?: Record<string, string>) =>
    judged(await client.sendJson({ message: 'Hello', ...body }, headers));
  /** As a page sends it: a multipart form. */
  const sendForm = async (fields: Record<string, string>, headers?: Record<string, string>) =>
    judged(await client.post(formData(Object.entries({ message: 'Hello', ...fields })), headers));
  const ticketOf = async (form?: string) => {
    const { token, pow } = await openAndSolve(inlet, form);
    return { _token: token, _pow: pow };
  };

  it('passes with the token and the solution of an open form, as JSON and as forms', async () => {
    assert.deepEqual(await send(await openAndSolve(inlet)), []);
    assert.deepEqual(await sendForm(await ticketOf()), []);
    const pairs = Object.entries({ message: 'Hello', ...(await ticketOf()) });
    const accept = { Accept: 'application/json' };
    assert.deepEqual(await judged(await client.sendForm(pairs, accept)), []);
    assert.equal(await inlet.metric('inlet_feedback_total', { outcome: 'accepted' }), 3);
    assert.equal(await inlet.metric('inlet_proof_of_work_cost'), 50);
  });

  it('does not keep token and solution as fields', async () => {
    const { id } = await receiptOf(
      await client.post(formData(Object.entries({ message: 'Hello', ...(await ticketOf()), website: '' }))),
    );
    assert.deepEqual((await client.get(id)).fields, {});
  });

  it('is held without token and solution, and counted by each reason', async () => {
    assert.deepEqual(await send({}), ['no_token', 'no_proof_of_work']);
    for (const reason of ['no_token', 'no_proof_of_work']) {
      assert.equal(await inlet.metric('inlet_feedback_suspicions_total', { reason }), 1);
    }
    assert.equal(await inlet.metric('inlet_feedback_total', { outcome: 'quarantined' }), 1);
  });

  it('is held if the field is filled in that people do not see, wherever a program puts it', async () => {
    assert.deepEqual(await sendForm({ ...(await ticketOf()), website: 'https://spam.example' }), [
      'honeypot',
    ]);
    assert.deepEqual(await send({ ...(await openAndSolve(inlet)), website: 'x' }), ['honeypot']);
    assert.deepEqual(await send({ ...(await openAndSolve(inlet)), fields: { website: 'x' } }), ['honeypot']);
    assert.deepEqual(await send({ ...(await openAndSolve(inlet)), website: ['x'] }), ['honeypot']);
  });

  it('is refused with fields that are no object, as without the checks', async () => {
    const answer = await client.sendJson({ message: 'Hello', fields: ['a'] });
    await assertProblem(inlet, answer, 'POST /v1/feedback', 'validation_failed');
  });

  it('is held with a forged token, one of another form, or one that is too old', async () => {
    const { token, pow } = await openAndSolve(inlet);
    const forged = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    assert.deepEqual(await send({ token: forged, pow }), ['token_invalid', 'proof_of_work_invalid']);
    const ofOther = await openAndSolve(inlet, 'other');
    assert.deepEqual(await send(ofOther), ['token_invalid', 'proof_of_work_invalid']);
    assert.deepEqual(await send({ ...ofOther, form: 'other' }), []);
    const old = createFormTokens({
      secrets: [secret],
      clock: () => new Date(Date.now() - 86_400_000),
      randomBytes,
      minSeconds: 0,
      maxSeconds: 86_400,
    }).issue('feedback');
    assert.deepEqual(await send({ token: old.token }), ['token_expired', 'no_proof_of_work']);
  });

  it('is held if the work was done for another form, or not at all', async () => {
    const [one, other] = [await openForm(inlet), await openForm(inlet)];
    const { token } = one;
    assert.deepEqual(await send({ token }), ['no_proof_of_work']);
    assert.deepEqual(await send({ token, pow: await solved(other.pow) }), ['proof_of_work_invalid']);
    const lazy = { challenge: one.pow, solution: { counter: 1, derivedKey: '00'.repeat(32) } };
    const pow = Buffer.from(JSON.stringify(lazy)).toString('base64');
    assert.deepEqual(await send({ token, pow }), ['proof_of_work_invalid']);
    assert.deepEqual(await send({ token, pow: 'nonsense' }), ['proof_of_work_invalid']);
    assert.deepEqual(await send({ token, pow: await solved(one.pow) }), []);
  });

  it('passes once with one solution, though twenty are sent at once', async () => {
    const ticket = await openAndSolve(inlet);
    const all = await Promise.all(Array.from({ length: 20 }, () => send(ticket)));
    assert.equal(all.filter((suspicions) => suspicions.length === 0).length, 1);
    for (const suspicions of all.filter(({ length }) => length > 0)) {
      assert.deepEqual(suspicions, ['proof_of_work_reused']);
    }
  });

  it('can be repeated under its idempotency key with the same solution', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = { message: 'Once', ...(await openAndSolve(inlet)) };
    const receipts = await Promise.all(
      Array.from({ length: 10 }, async () => receiptOf(await client.sendJson(body, headers))),
    );
    for (const receipt of receipts) assert.deepEqual(receipt, receipts[0]);
    assert.deepEqual((await client.get(receipts[0]?.id ?? '')).suspicions, []);
    const differing = { message: 'Twice', token: body.token, pow: body.pow };
    assert.deepEqual(await send(differing), ['proof_of_work_reused']);
  });

  const origins: [string, Record<string, string>, string[]][] = [
    ['an allowed site', { Origin: site }, []],
    ['a site that is not', { Origin: 'https://evil.example' }, ['foreign_origin']],
    ['a page without an origin', { Origin: 'null' }, ['foreign_origin']],
    ['a page that only Referer names', { Referer: 'https://evil.example/a?b' }, ['foreign_origin']],
    ['an allowed page that only Referer names', { Referer: `${site}/contact` }, []],
    ['our own page that hides where it is', { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }, []],
    [
      'another site that hides where it is',
      { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
      ['foreign_origin'],
    ],
    ['a Referer that is no address', { Referer: 'nonsense' }, []],
  ];
  for (const [what, headers, expected] of origins) {
    it(`as a form of ${what} ${expected.length > 0 ? 'is held' : 'passes'}`, async () => {
      assert.deepEqual(await sendForm(await ticketOf(), headers), expected);
    });
  }

  it('passes as a form of our own page, and as JSON whatever its origin', async () => {
    assert.deepEqual(await sendForm(await ticketOf(), { Origin: inlet.url }), []);
    assert.deepEqual(await send(await openAndSolve(inlet), { Origin: 'https://evil.example' }), []);
  });

  it('is not judged if its sender has a key that is trusted, and no other key makes that', async () => {
    const keyWith = async (scope: Scope) =>
      (await withKeys(inlet, (keys) => keys.create('program', [scope]))).secret;
    const trusted = await keyWith('feedback:create');
    const body = { message: 'From a program', fields: { website: 'https://mine.example' } };
    const { id } = await receiptOf(await client.sendJson(body, { 'X-Api-Key': trusted }));
    const { suspicions, fields } = await client.get(id);
    assert.deepEqual(suspicions, []);
    assert.deepEqual(fields, body.fields, 'the trap is a field like any other');
    const reader = await keyWith('feedback:read');
    assert.deepEqual(await send({}, { 'X-Api-Key': reader }), ['no_token', 'no_proof_of_work']);
  });

  it('is thanked for as a plain form without token, as if it were not held', async () => {
    const answer = await client.sendForm([['message', 'By hand']], { Accept: 'text/html' });
    assert.equal(answer.status, 201);
    assert.match(await answer.text(), /Thank you/);
    const next = await client.sendForm([
      ['message', 'By hand'],
      ['_next', '/thanks.html'],
    ]);
    assert.equal(next.status, 303);
    const held = await client.all({ status: 'quarantined', q: 'By hand' });
    assert.deepEqual(
      held.map(({ suspicions }) => suspicions),
      [
        ['no_token', 'no_proof_of_work'],
        ['no_token', 'no_proof_of_work'],
      ],
    );
  });
});

describe('without checks of spam', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  before(async () => {
    inlet = await startInlet({ ...settings, INLET_SPAM_CHECKS: 'off', INLET_FORM_MIN_SECONDS: '60' });
    client = feedbackClient(inlet);
  });
  after(() => inlet.stop());

  it('nothing is held, and the field that is otherwise a trap is one like any other', async () => {
    const answer = await client.sendForm(
      [
        ['message', 'Hello'],
        ['website', 'https://mine.example'],
      ],
      {
        Accept: 'application/json',
        Origin: 'https://evil.example',
      },
    );
    const { suspicions, status, fields } = await client.get((await receiptOf(answer)).id);
    assert.deepEqual(suspicions, []);
    assert.equal(status, 'new');
    assert.deepEqual(fields, { website: 'https://mine.example' });
  });

  it('a page that opens the form waits for nothing and computes next to nothing', async () => {
    const { minSeconds, pow } = await openForm(inlet);
    assert.equal(minSeconds, 0);
    assert.ok(pow.parameters.keyPrefix);
    await receiptOf(await client.sendJson({ message: 'Hello', ...(await openAndSolve(inlet)) }));
    assert.equal(await inlet.metric('inlet_proof_of_work_cost'), 1);
  });
});
