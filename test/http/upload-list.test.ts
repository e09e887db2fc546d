import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { type Upload, uploadClient, uploadOf } from '../support/upload-client.ts';

const inlet = await startInlet();
const client = uploadClient(inlet);
after(() => inlet.stop());

interface List {
  items: Upload[];
  nextCursor: string | null;
}
const list = async (query: string) => {
  const answer = await client.asAdmin(`/v1/uploads${query}`);
  assert.equal(answer.status, 200);
  return (await answer.json()) as List;
};

test('an empty list has no items and no next page', async () => {
  assert.deepEqual(await list(''), { items: [], nextCursor: null });
});

test('page after page gives every upload once, newest first, also if one arrives meanwhile', async () => {
  const made: Upload[] = [];
  for (let place = 0; place < 7; place++) {
    made.push(await uploadOf(await client.raw(jpeg(100 + place), {}, `?name=${place}.jpg`)));
  }
  const seen: Upload[] = [];
  let cursor = '';
  const sizes: number[] = [];
  for (;;) {
    const page = await list(`?limit=3${cursor}`);
    sizes.push(page.items.length);
    seen.push(...page.items);
    if (sizes.length === 1) await uploadOf(await client.raw(jpeg(), {}, '?name=late.jpg'));
    if (page.nextCursor === null) break;
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
  assert.deepEqual(sizes, [3, 3, 1]);
  const order = (uploads: Upload[]) => uploads.map(({ id, createdAt }) => `${createdAt} ${id}`);
  assert.deepEqual(order(seen), order(made).sort().reverse());
  const { links: _, ...first } = seen.find(({ name }) => name === '0.jpg') ?? assert.fail();
  const { links: __, ...sent } = made[0] ?? assert.fail();
  assert.deepEqual(first, sent);
});

test('a page that is exactly full is the last one if there is no more', async () => {
  const { items } = await list('');
  const page = await list(`?limit=${items.length}`);
  assert.equal(page.items.length, items.length);
  assert.equal(page.nextCursor, null);
});

const texts = ['nonsense', '', 'e30', Buffer.from('["2026-01-01",""]').toString('base64url'), '%00'];
for (const cursor of texts) {
  test(`a cursor that this service did not give is refused: ${JSON.stringify(cursor)}`, async () => {
    const answer = await client.asAdmin(`/v1/uploads?cursor=${cursor}`);
    await assertProblem(inlet, answer, 'GET /v1/uploads', 'invalid_cursor');
  });
}

for (const query of [
  'limit=0',
  'limit=101',
  'limit=1.5',
  'limit=ten',
  'limit=-1',
  'limit=',
  'limit=1&limit=2',
]) {
  test(`a limit outside of 1 to 100 is refused: ${query}`, async () => {
    const answer = await client.asAdmin(`/v1/uploads?${query}`);
    const problem = await assertProblem(inlet, answer, 'GET /v1/uploads', 'validation_failed');
    assert.equal(problem.errors?.[0]?.pointer, '?limit');
  });
}

test('a cursor that is too long to be one is refused', async () => {
  const answer = await client.asAdmin(`/v1/uploads?cursor=${'a'.repeat(301)}`);
  const problem = await assertProblem(inlet, answer, 'GET /v1/uploads', 'validation_failed');
  assert.equal(problem.errors?.[0]?.pointer, '?cursor');
});
