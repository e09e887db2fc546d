import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../../src/app-error.ts';
import type { Plan } from '../../../src/keys/plan.ts';
import { createPlanCache } from '../../../src/keys/plan-cache.ts';
import { aPlan } from '../../support/records.ts';

/** The cache over a store in memory, whose reads are counted. */
function setUp() {
  const plans = new Map<string, Plan>();
  const state = { now: 0, reads: 0, isDown: false };
  const store = {
    async get(name: string) {
      state.reads++;
      if (state.isDown) throw new AppError('store_unavailable');
      return plans.get(name);
    },
  };
  return { plans, state, find: createPlanCache({ store, clock: () => new Date(state.now) }) };
}

test('a plan is read once in ten seconds, however many ask at once', async () => {
  const { plans, state, find } = setUp();
  plans.set('standard', aPlan());
  assert.deepEqual(await Promise.all([find('standard'), find('standard')]), [aPlan(), aPlan()]);
  plans.set('standard', aPlan({ burst: 5 }));
  state.now = 9_999;
  assert.deepEqual(await find('standard'), aPlan());
  assert.equal(state.reads, 1);
  state.now = 10_000;
  assert.deepEqual(await find('standard'), aPlan({ burst: 5 }));
  assert.equal(state.reads, 2);
});

test('that there is no such plan is believed as long', async () => {
  const { plans, state, find } = setUp();
  assert.equal(await find('standard'), undefined);
  plans.set('standard', aPlan());
  assert.equal(await find('standard'), undefined);
  state.now = 10_000;
  assert.deepEqual(await find('standard'), aPlan());
});

test('an outage is not remembered', async () => {
  const { plans, state, find } = setUp();
  plans.set('standard', aPlan());
  state.isDown = true;
  await assert.rejects(find('standard'), { code: 'store_unavailable' });
  state.isDown = false;
  assert.deepEqual(await find('standard'), aPlan());
});
