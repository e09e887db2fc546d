import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepFor } from '../../src/keep-for.ts';

test('an answer is kept for its time and shared, a failure is not', async () => {
  let now = 0;
  let asked = 0;
  let fails = true;
  const get = keepFor(
    1000,
    () => new Date(now),
    async () => {
      asked += 1;
      if (fails) throw new Error('down');
      return asked;
    },
  );
  const failures = await Promise.allSettled([get(), get()]);
  assert.deepEqual(
    failures.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(asked, 1);
  fails = false;
  assert.deepEqual(await Promise.all([get(), get()]), [2, 2]);
  now = 999;
  assert.equal(await get(), 2);
  now = 1000;
  assert.equal(await get(), 3);
});
