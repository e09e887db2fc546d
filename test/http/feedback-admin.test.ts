import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { feedbackClient, receiptOf } from '../support/feedback-client.ts';
import { lettersIn } from '../support/outbox-folder.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';

describe('feedback for administrators', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  /** Ids by message, and when each was received. */
  const sent = new Map<string, { id: string; receivedAt: string }>();
  const idOf = (message: string) => sent.get(message)?.id ?? '';

  before(async () => {
    inlet = await startInlet({ INLET_RELAY_SWEEP_SECONDS: '1', INLET_PUBLIC_URL: 'https://inlet.example' });
    client = feedbackClient(inlet);
    for (const body of [
      { message: 'one', rating: 1, form: 'contact', name: 'Ända' },
      { message: 'two', rating: 5, form: 'survey', email: 'two@example.org' },
      { message: 'three', rating: 5, form: 'survey', fields: { city: 'Łódź 100%_x' } },
      { message: 'four', form: 'survey' },
      { message: 'five', rating: 2 },
    ]) {
      sent.set(body.message, await receiptOf(await client.sendJson(body)));
      // So that each has a time of its own.
      await until(() =>
        Date.now() > Date.parse(sent.get(body.message)?.receivedAt ?? '') ? true : undefined,
      );
    }
    assert.equal((await client.patch(idOf('two'), { status: 'read' })).status, 200);
  });
  after(() => inlet.stop());

  const messages = async (query: Record<string, string>) =>
    (await client.all(query)).map(({ message }) => message);

  it('lists newest first', async () => {
    assert.deepEqual(await messages({}), ['five', 'four', 'three', 'two', 'one']);
  });

  const at = (message: string) => sent.get(message)?.receivedAt ?? '';
  const filters: [what: string, query: () => Record<string, string>, expected: string[]][] = [
    ['form', () => ({ form: 'survey' }), ['four', 'three', 'two']],
    ['rating', () => ({ rating: '5' }), ['three', 'two']],
    ['status', () => ({ status: 'read' }), ['two']],
    ['text in the message', () => ({ q: 'THREE' }), ['three']],
    ['text in the name, in any case', () => ({ q: 'äNDA' }), ['one']],
    ['text in the address', () => ({ q: 'two@' }), ['two']],
    ['text in a field, without wildcards', () => ({ q: '100%_' }), ['three']],
    ['text that is nowhere', () => ({ q: '1%0' }), []],
    ['from, inclusive', () => ({ from: at('three') }), ['five', 'four', 'three']],
    ['to, exclusive', () => ({ to: at('three') }), ['two', 'one']],
    [
      'times of another zone',
      () => ({ from: at('four').replace('Z', '+00:00'), to: '2999-01-01T00:00:00+02:00' }),
      ['five', 'four'],
    ],
    ['several at once', () => ({ form: 'survey', rating: '5', status: 'new' }), ['three']],
  ];
  for (const [what, query, expected] of filters) {
    it(`filters by ${what}`, async () => {
      assert.deepEqual(await messages(query()), expected);
    });
  }

  it('pages through a filtered list, each record once, while more comes in', async () => {
    const first = await client.list({ form: 'survey', limit: '2' });
    await receiptOf(await client.sendJson({ message: 'late', form: 'survey' }));
    const second = await client.list({ form: 'survey', limit: '2', cursor: first.nextCursor ?? '' });
    assert.deepEqual(
      [...first.items, ...second.items].map(({ message }) => message),
      ['four', 'three', 'two'],
    );
    assert.equal(second.nextCursor, null);
    const [late] = (await client.list({ q: 'late' })).items;
    assert.equal((await client.remove(late?.id ?? '')).status, 204);
  });

  for (const [query, pointer] of [
    ['rating=6', '?rating'],
    ['rating=good', '?rating'],
    ['rating=', '?rating'],
    ['status=lost', '?status'],
    ['from=yesterday', '?from'],
    ['limit=0', '?limit'],
    ['limit=101', '?limit'],
  ] as const) {
    it(`refuses ${query}`, async () => {
      const answer = await client.asAdmin(`/v1/feedback?${query}`);
      const problem = await assertProblem(inlet, answer, 'GET /v1/feedback', 'validation_failed');
      assert.equal(problem.errors?.[0]?.pointer, pointer);
    });
  }

  it('refuses a cursor that it did not give', async () => {
    const answer = await client.asAdmin('/v1/feedback?cursor=abc');
    await assertProblem(inlet, answer, 'GET /v1/feedback', 'invalid_cursor');
  });

  it('shows one with its deliveries, and has told the people behind the site', async () => {
    const id = idOf('three');
    const shown = await until(async () => {
      const found = await client.get(id);
      return found.delivery.state === 'delivered' ? found : undefined;
    });
    const { tries, attempts } = shown.delivery;
    assert.equal(tries, 1);
    assert.deepEqual(
      attempts.map(({ outcome, detail }) => [outcome, detail]),
      [['delivered', `${id}.txt`]],
    );
    assert.equal('fingerprint' in shown, false);
    const letter = lettersIn(inlet.dataDir).find((each) => each.id === id);
    assert.equal(letter?.data.message, 'three');
    assert.deepEqual(letter?.data.fields, { city: 'Łódź 100%_x' });
  });

  it('notifies again when it is asked to', async () => {
    const id = idOf('one');
    const delivered = (count: number) =>
      until(async () => {
        const { state, attempts } = (await client.get(id)).delivery;
        return state === 'delivered' && attempts.length === count ? true : undefined;
      });
    await delivered(1);
    const answer = await client.notify(id);
    assert.equal(answer.status, 202);
    assert.equal(await answer.text(), '');
    // One that is still due is no mistake.
    assert.equal((await client.notify(id)).status, 202);
    await delivered(2);
  });

  it('sets the status and keeps the rest', async () => {
    const before = await client.get(idOf('four'));
    for (const status of ['read', 'archived', 'spam', 'new']) {
      const answer = await client.patch(idOf('four'), { status });
      assert.equal(answer.status, 200);
      assert.deepEqual(((await answer.json()) as { status: string }).status, status);
    }
    const { delivery: _, ...after } = await client.get(idOf('four'));
    const { delivery: __, ...expected } = before;
    assert.deepEqual(after, expected);
  });

  it('takes no other status and no other member', async () => {
    const call = `PATCH /v1/feedback/${idOf('four')}`;
    for (const [body, pointer] of [
      [{ status: 'done' }, '/status'],
      [{}, '/status'],
      [{ status: 'read', message: 'changed' }, '/message'],
    ] as const) {
      const answer = await client.patch(idOf('four'), body);
      const problem = await assertProblem(inlet, answer, call, 'validation_failed');
      assert.equal(problem.errors?.[0]?.pointer, pointer);
    }
    assert.equal((await client.get(idOf('four'))).status, 'new');
  });

  it('says of what is not there that it is not there', async () => {
    for (const id of [randomUUID(), 'nonsense', '..%2f..%2fetc']) {
      const call = (method: string, rest = '') => `${method} /v1/feedback/${id}${rest}`;
      await assertProblem(
        inlet,
        await client.asAdmin(`/v1/feedback/${id}`),
        call('GET'),
        'feedback_not_found',
      );
      await assertProblem(inlet, await client.remove(id), call('DELETE'), 'feedback_not_found');
      await assertProblem(inlet, await client.notify(id), call('POST', '/notify'), 'feedback_not_found');
      const patched = await client.patch(id, { status: 'read' });
      await assertProblem(inlet, patched, call('PATCH'), 'feedback_not_found');
    }
  });

  it('deletes once and for all', async () => {
    const { id } = await receiptOf(await client.sendJson({ message: 'Remove me' }));
    assert.equal((await client.remove(id)).status, 204);
    await assertProblem(inlet, await client.remove(id), `DELETE /v1/feedback/${id}`, 'feedback_not_found');
    assert.equal((await messages({})).includes('Remove me'), false);
  });

  it('counts per day and form', async () => {
    const answer = await client.asAdmin('/v1/feedback/stats');
    const { items, from, to } = (await answer.json()) as {
      from: string;
      to: string;
      items: { form: string; count: number; ratings: object; average: number | null }[];
    };
    assert.equal(Date.parse(to) - Date.parse(from), 30 * 86_400_000);
    // The days of the records, in case the test runs over midnight.
    const total = (form: string) =>
      items.filter((item) => item.form === form).reduce((sum, { count }) => sum + count, 0);
    assert.deepEqual(['contact', 'feedback', 'survey'].map(total), [1, 1, 3]);
    const contact = items.find(({ form }) => form === 'contact');
    assert.deepEqual(contact, {
      day: at('one').slice(0, 10),
      form: 'contact',
      count: 1,
      ratings: { 1: 1, 2: 0, 3: 0, 4: 0, 5: 0 },
      average: 1,
    });
    const survey = await client.asAdmin('/v1/feedback/stats?form=contact&status=spam');
    assert.deepEqual(((await survey.json()) as { items: unknown }).items, []);
    const tooLong = await client.asAdmin(
      '/v1/feedback/stats?from=2020-01-01T00:00:00Z&to=2022-01-01T00:00:00Z',
    );
    await assertProblem(inlet, tooLong, 'GET /v1/feedback/stats', 'validation_failed');
  });
});
