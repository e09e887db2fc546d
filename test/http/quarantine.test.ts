import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { feedbackClient, receiptOf } from '../support/feedback-client.ts';
import { openAndSolve } from '../support/open-form.ts';
import { lettersIn, untilLettersOf } from '../support/outbox-folder.ts';
import { parseCsv } from '../support/parse-csv.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';

describe('feedback in quarantine', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  before(async () => {
    inlet = await startInlet({
      INLET_SPAM_CHECKS: 'on',
      INLET_FORM_MIN_SECONDS: '0',
      INLET_POW_COST: '50',
      INLET_RELAY_SWEEP_SECONDS: '1',
    });
    client = feedbackClient(inlet);
  });
  after(() => inlet.stop());

  const hold = async (body: object = {}) =>
    (await receiptOf(await client.sendJson({ message: 'Held', ...body }))).id;
  const letters = (id: string) => lettersIn(inlet.dataDir).filter((letter) => letter.id === id);
  const release = (id: string) => client.asAdmin(`/v1/feedback/${id}/release`, { method: 'POST' });
  const untilDelivered = (id: string) =>
    until(async () => {
      const record = await client.get(id);
      return record.delivery.state === 'delivered' ? record : undefined;
    });
  /** What comes after it and is not held has been told of, so whatever were to be told of it would have been. */
  const untilOtherDelivered = async () => {
    const answer = await client.sendJson({ message: 'Not held', ...(await openAndSolve(inlet)) });
    const { id } = await receiptOf(answer);
    await untilLettersOf(inlet.dataDir, [id]);
    await untilDelivered(id);
  };

  it('is listed by its status with its reasons, and nobody is told of it', async () => {
    const id = await hold({ form: 'listed' });
    await untilOtherDelivered();
    const listed = await client.all({ status: 'quarantined', form: 'listed' });
    assert.deepEqual(
      listed.map((item) => item.id),
      [id],
    );
    assert.deepEqual(listed[0]?.suspicions, ['no_token', 'no_proof_of_work']);
    assert.deepEqual(listed[0]?.delivery, { state: 'held', tries: 0, attempts: [] });
    assert.deepEqual(letters(id), []);
  });

  it('is told of exactly once, though twenty release it at once and again later', async () => {
    const id = await hold();
    const delivered = () => inlet.metric('inlet_notifications_total', { outcome: 'delivered' });
    await untilOtherDelivered();
    const before = await delivered();
    const answers = await Promise.all(Array.from({ length: 20 }, () => release(id)));
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      const shown = (await answer.json()) as { status: string; delivery: { state: string } };
      assert.equal(shown.status, 'new');
      assert.notEqual(shown.delivery.state, 'held');
    }
    const { delivery, suspicions } = await untilDelivered(id);
    assert.equal(delivery.tries, 1);
    assert.equal(delivery.attempts.length, 1);
    assert.deepEqual(suspicions, ['no_token', 'no_proof_of_work'], 'the reasons stay');
    const late = await release(id);
    assert.equal(late.status, 200);
    assert.deepEqual(await late.json(), await client.get(id));
    await untilOtherDelivered();
    assert.equal(await delivered(), before + 2, 'one of it and one of the other');
    assert.equal(letters(id).length, 1);
    assert.equal(letters(id)[0]?.data.message, 'Held');
  });

  it('keeps its later status when it is released once more', async () => {
    const id = await hold();
    await release(id);
    await untilDelivered(id);
    assert.equal((await client.patch(id, { status: 'archived' })).status, 200);
    const again = (await (await release(id)).json()) as { status: string };
    assert.equal(again.status, 'archived');
  });

  it('is not made to look released by its status', async () => {
    const id = await hold();
    for (const status of ['new', 'read']) {
      const answer = await client.patch(id, { status });
      await assertProblem(inlet, answer, 'PATCH /v1/feedback/{id}', 'quarantined');
    }
    assert.equal((await client.get(id)).status, 'quarantined');
    const refused = await client.patch(id, { status: 'quarantined' });
    await assertProblem(inlet, refused, 'PATCH /v1/feedback/{id}', 'validation_failed');
  });

  it('can be judged to be spam, and taken back from there', async () => {
    const id = await hold();
    assert.equal((await client.patch(id, { status: 'spam' })).status, 200);
    await assertProblem(
      inlet,
      await client.patch(id, { status: 'new' }),
      'PATCH /v1/feedback/{id}',
      'quarantined',
    );
    assert.equal((await release(id)).status, 200);
    assert.equal((await untilDelivered(id)).status, 'new');
  });

  it('is not told of by asking for another notification', async () => {
    const id = await hold();
    await assertProblem(inlet, await client.notify(id), 'POST /v1/feedback/{id}/notify', 'quarantined');
    assert.equal((await client.get(id)).delivery.state, 'held');
    await release(id);
    await untilDelivered(id);
    assert.equal((await client.notify(id)).status, 202);
  });

  it('can be released by an administrator only, and only if it is there', async () => {
    const id = await hold();
    const call = 'POST /v1/feedback/{id}/release';
    const anyone = await inlet.fetch(`/v1/feedback/${id}/release`, { method: 'POST' });
    await assertProblem(inlet, anyone, call, 'unauthorized');
    await assertProblem(inlet, await release(randomUUID()), call, 'feedback_not_found');
    await assertProblem(inlet, await release('nonsense'), call, 'feedback_not_found');
    await client.remove(id);
    await assertProblem(inlet, await release(id), call, 'feedback_not_found');
  });

  it('stays there when the same request is repeated, even with a solution', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await receiptOf(await client.sendJson({ message: 'Again' }, headers));
    const ticket = await openAndSolve(inlet);
    assert.deepEqual(await receiptOf(await client.sendJson({ message: 'Again', ...ticket }, headers)), first);
    assert.equal((await client.get(first.id)).status, 'quarantined');
  });

  it('counts in no statistics but those that are asked for by its status', async () => {
    const counts = async (query = '') => {
      const answer = await client.asAdmin(`/v1/feedback/stats?form=counted${query}`);
      const { items } = (await answer.json()) as { items: { count: number; average: number | null }[] };
      return items.map(({ count, average }) => [count, average]);
    };
    const id = await hold({ form: 'counted', rating: 1 });
    const ticket = await openAndSolve(inlet, 'counted');
    await receiptOf(await client.sendJson({ message: 'Good', form: 'counted', rating: 5, ...ticket }));
    assert.deepEqual(await counts(), [[1, 5]]);
    assert.deepEqual(await counts('&status=quarantined'), [[1, 1]]);
    await release(id);
    assert.deepEqual(await counts(), [[2, 3]]);
  });

  it('is exported with its reasons', async () => {
    const id = await hold({ form: 'export' });
    const get = async (format: string) =>
      (await client.asAdmin(`/v1/feedback/export?format=${format}&form=export`)).text();
    const [row] = parseCsv((await get('csv')).replace(/^\ufeff/, ''));
    assert.equal(row?.suspicions, 'no_token no_proof_of_work');
    assert.equal(row?.status, 'quarantined');
    const record = JSON.parse(await get('ndjson'));
    assert.equal(record.id, id);
    assert.deepEqual(record.suspicions, ['no_token', 'no_proof_of_work']);
  });
});
