import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { createByteBudget } from '../../../src/platform/aws/byte-budget.ts';

const never = new AbortController().signal;

/** Lets everything that is already decided happen. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('byte budget', () => {
  it('never gives out more than it has', async () => {
    const budget = createByteBudget(10, 1000);
    let held = 0;
    const use = async (bytes: number) => {
      const release = await budget.reserve(bytes, never);
      held += bytes;
      assert.ok(held <= 10, `${held} bytes are out`);
      await settled();
      held -= bytes;
      release();
    };
    await Promise.all([7, 4, 10, 1, 2, 3, 9, 5, 5, 0].map(use));
    assert.equal(held, 0);
  });

  it('serves those who wait in their order, so that small requests do not starve a large one', async () => {
    const budget = createByteBudget(10, 1000);
    const order: string[] = [];
    const first = await budget.reserve(6, never);
    const large = budget.reserve(8, never).then((release) => {
      order.push('large');
      release();
    });
    const small = budget.reserve(1, never).then((release) => {
      order.push('small');
      release();
    });
    await settled();
    assert.deepEqual(order, []);
    first();
    await Promise.all([large, small]);
    assert.deepEqual(order, ['large', 'small']);
  });

  it('gives the same bytes back once, however often they are released', async () => {
    const budget = createByteBudget(10, 1000);
    const release = await budget.reserve(5, never);
    await budget.reserve(5, never);
    release();
    release();
    await budget.reserve(5, never);
    const aborter = new AbortController();
    const tooMuch = budget.reserve(1, aborter.signal);
    aborter.abort(new Error('nothing was free'));
    await assert.rejects(tooMuch, { message: 'nothing was free' });
  });

  it('rejects with busy after the longest wait, and lets the next one go first', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const budget = createByteBudget(10, 1000);
      await budget.reserve(5, never);
      const large = budget.reserve(6, never);
      mock.timers.tick(999);
      const small = budget.reserve(5, never);
      mock.timers.tick(1);
      await assert.rejects(large, { code: 'busy', status: 503 });
      await small;
    } finally {
      mock.timers.reset();
    }
  });

  it('stops waiting at the signal, with its reason, and lets the next one go first', async () => {
    const budget = createByteBudget(10, 1000);
    await budget.reserve(5, never);
    const [aborter, reason] = [new AbortController(), new Error('gone')];
    const large = budget.reserve(6, aborter.signal);
    const small = budget.reserve(5, never);
    aborter.abort(reason);
    await assert.rejects(large, (error) => error === reason);
    await small;
    await assert.rejects(budget.reserve(1, aborter.signal), (error) => error === reason);
  });
});
