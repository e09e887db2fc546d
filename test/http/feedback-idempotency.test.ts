import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { assertProblem, storedThings } from '../support/checks.ts';
import { feedbackClient, formData, receiptOf } from '../support/feedback-client.ts';
import { lettersIn } from '../support/outbox-folder.ts';
import { jpeg, pdf } from '../support/samples.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';

describe('an idempotency key', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  before(async () => {
    inlet = await startInlet();
    client = feedbackClient(inlet);
  });
  after(() => inlet.stop());

  const keyed = (key: string) => ({ 'Idempotency-Key': key });
  const objects = async () => (await storedThings(inlet)).objects.length;
  const records = async () => (await client.all()).length;
  const untilDelivered = (id: string) =>
    until(async () => ((await client.get(id)).delivery.state === 'delivered' ? true : undefined));

  it('replays the receipt and keeps nothing twice', async () => {
    const key = randomUUID();
    const before = await records();
    const first = await receiptOf(
      await client.sendJson({ message: 'Once', rating: 3, name: 'A' }, keyed(key)),
    );
    // The same thing said in another order, and as a form, is the same.
    const again = await client.sendJson({ name: 'A', rating: 3, message: 'Once' }, keyed(key));
    assert.deepEqual(await receiptOf(again), first);
    const asForm = formData([
      ['message', 'Once'],
      ['rating', '3'],
      ['name', 'A'],
    ]);
    assert.deepEqual(await receiptOf(await client.post(asForm, keyed(key))), first);
    assert.equal(await records(), before + 1);
    await untilDelivered(first.id);
    assert.equal((await client.get(first.id)).delivery.attempts.length, 1);
  });

  it('replays with attachments: the second copies are removed, the first ones stay', async () => {
    const key = randomUUID();
    // A large file before a small one: what is sent first may be stored last.
    const form = () =>
      formData(
        [['message', 'With files']],
        [
          ['large.jpg', jpeg(3_000_000)],
          ['small.pdf', pdf()],
          ['tiny.jpg', jpeg()],
        ],
      );
    const before = await objects();
    const first = await receiptOf(await client.post(form(), keyed(key)));
    for (let replays = 0; replays < 5; replays++) {
      assert.deepEqual(await receiptOf(await client.post(form(), keyed(key))), first);
    }
    assert.equal(await objects(), before + 3);
    const { uploads } = await client.get(first.id);
    const names: string[] = [];
    for (const id of uploads) {
      const upload = (await (await client.asAdmin(`/v1/uploads/${id}`)).json()) as { name: string };
      names.push(upload.name);
      assert.equal((await client.asAdmin(`/v1/uploads/${id}/content`)).status, 200);
    }
    assert.deepEqual(names, ['large.jpg', 'small.pdf', 'tiny.jpg'], 'in the order of the form');
  });

  it('makes one record and one notification of 30 requests at once', async () => {
    const key = randomUUID();
    const [records0, objects0] = [await records(), await objects()];
    const delivered0 = await inlet.metric('inlet_notifications_total', { outcome: 'delivered' });
    const form = () => formData([['message', 'All at once']], [['a.jpg', jpeg(2000)]]);
    const answers = await Promise.all(Array.from({ length: 30 }, () => client.post(form(), keyed(key))));
    const receipts = await Promise.all(answers.map(receiptOf));
    assert.equal(new Set(receipts.map((receipt) => JSON.stringify(receipt))).size, 1);
    const id = receipts[0]?.id ?? '';
    assert.equal(await records(), records0 + 1);
    assert.equal(await objects(), objects0 + 1);
    const [upload] = (await client.get(id)).uploads;
    assert.equal((await client.asAdmin(`/v1/uploads/${upload}/content`)).status, 200);
    await untilDelivered(id);
    assert.equal((await client.get(id)).delivery.attempts.length, 1);
    assert.equal(await inlet.metric('inlet_notifications_total', { outcome: 'delivered' }), delivered0 + 1);
    assert.equal(lettersIn(inlet.dataDir).filter((letter) => letter.id === id).length, 1);
  });

  it('belongs to one body: another one is refused and leaves nothing', async () => {
    const key = randomUUID();
    await receiptOf(await client.post(formData([['message', 'One']], [['a.jpg', jpeg(300, 1)]]), keyed(key)));
    const [records0, objects0] = [await records(), await objects()];
    const others = [
      formData([['message', 'Two']], [['a.jpg', jpeg(300, 1)]]),
      formData([['message', 'One']], [['a.jpg', jpeg(300, 2)]]),
      formData([['message', 'One']], [['b.jpg', jpeg(300, 1)]]),
      formData([['message', 'One']]),
    ];
    for (const other of others) {
      const answer = await client.post(other, keyed(key));
      await assertProblem(inlet, answer, 'POST /v1/feedback', 'idempotency_mismatch');
    }
    assert.deepEqual([await records(), await objects()], [records0, objects0]);
  });

  it('is free again once its feedback is deleted', async () => {
    const key = randomUUID();
    const { id } = await receiptOf(await client.sendJson({ message: 'One' }, keyed(key)));
    assert.equal((await client.remove(id)).status, 204);
    assert.equal((await receiptOf(await client.sendJson({ message: 'Two' }, keyed(key)))).id, id);
    assert.equal((await client.get(id)).message, 'Two');
  });

  it('takes quotes and 255 characters', async () => {
    for (const key of [`"${randomUUID()}"`, 'k'.repeat(255)]) {
      await receiptOf(await client.sendJson({ message: 'Hi' }, keyed(key)));
    }
  });

  for (const [what, key] of [
    ['is empty', ''],
    ['has a space in it', 'a b'],
    ['has 256 characters', 'k'.repeat(256)],
    ['is not ASCII', 'schl\u00fcssel'],
  ] as const) {
    it(`is refused if it ${what}`, async () => {
      const before = await records();
      const answer = await client.sendJson({ message: 'Hi' }, keyed(key));
      const problem = await assertProblem(inlet, answer, 'POST /v1/feedback', 'validation_failed');
      assert.equal(problem.errors?.[0]?.pointer, '/Idempotency-Key');
      assert.equal(await records(), before);
    });
  }
});
