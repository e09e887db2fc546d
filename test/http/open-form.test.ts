import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { feedbackClient, receiptOf } from '../support/feedback-client.ts';
import { openAndSolve, openForm } from '../support/open-form.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';

const settings = { INLET_SPAM_CHECKS: 'on', INLET_FORM_MIN_SECONDS: '0' };

describe('a form that is opened', () => {
  let inlet: Inlet;
  before(async () => {
    inlet = await startInlet({
      ...settings,
      INLET_FORM_MIN_SECONDS: '3600',
      INLET_FEEDBACK_PER_MINUTE: '2',
      INLET_POW_COST: '10',
      INLET_POW_MAX_COST: '1000',
      INLET_ALLOWED_ORIGINS: '*',
    });
  });
  after(() => inlet.stop());

  it('gets a token, a challenge and their times, sets no cookie and is not cached', async () => {
    const answer = await inlet.fetch('/v1/feedback/form', { headers: { Origin: 'https://any.example' } });
    assert.equal(answer.headers.get('set-cookie'), null);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    const ticket = (await answer.json()) as Awaited<ReturnType<typeof openForm>>;
    assert.deepEqual(Object.keys(ticket), ['token', 'expiresAt', 'minSeconds', 'maxSeconds', 'pow']);
    assert.equal(ticket.minSeconds, 3600);
    assert.equal(ticket.maxSeconds, 86_400);
    assert.ok(Date.parse(ticket.expiresAt) > Date.now() + 86_000_000);
    assert.equal(ticket.pow.parameters.algorithm, 'SHA-256');
    assert.equal(JSON.stringify(ticket.pow).includes(ticket.token), false);
  });

  it('has a name like that of feedback', async () => {
    const answer = await inlet.fetch('/v1/feedback/form?form=no%20name');
    await assertProblem(inlet, answer, 'GET /v1/feedback/form', 'validation_failed');
  });

  it('answers no other method, and is not taken for feedback of that id', async () => {
    const answer = await inlet.fetch('/v1/feedback/form', { method: 'DELETE' });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS');
    await answer.text();
  });

  it('leaves the limit of feedback alone, and has one three times as high', async () => {
    const own = await startInlet({ ...settings, INLET_FEEDBACK_PER_MINUTE: '2' });
    try {
      for (let i = 0; i < 6; i++) await openForm(own);
      const refused = await own.fetch('/v1/feedback/form');
      await assertProblem(own, refused, 'GET /v1/feedback/form', 'rate_limited');
      const { sendJson } = feedbackClient(own);
      for (let i = 0; i < 2; i++) await receiptOf(await sendJson({ message: 'Within the limit' }));
      assert.equal((await sendJson({ message: 'Over the limit' })).status, 429);
    } finally {
      await own.stop();
    }
  });

  it('and sent sooner than anybody types is held', async () => {
    const client = feedbackClient(inlet);
    const { id } = await receiptOf(
      await client.sendJson({ message: 'Quick', ...(await openAndSolve(inlet)) }),
    );
    assert.deepEqual((await client.get(id)).suspicions, ['too_fast']);
  });
});

describe('the work for a form', () => {
  it('grows with what comes in, up to the most, and is shown as a metric', async () => {
    const inlet = await startInlet({ ...settings, INLET_POW_COST: '10', INLET_POW_MAX_COST: '15' });
    try {
      const costs: number[] = [];
      for (let i = 0; i < 12; i++) {
        for (let n = 0; n < 10; n++) await openForm(inlet);
        costs.push(await inlet.metric('inlet_proof_of_work_cost'));
      }
      assert.deepEqual(costs.slice(0, 6), [10, 10, 10, 10, 10, 10]);
      assert.ok((costs[7] ?? 0) > 10, costs.join());
      assert.equal(costs.at(-1), 15);
    } finally {
      await inlet.stop();
    }
  });
});
