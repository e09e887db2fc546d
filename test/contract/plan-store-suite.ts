import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { PlanStore } from '../../src/keys/plan-store.ts';
import { aPlan } from '../support/records.ts';

export interface OpenedPlanStore {
  planStore: PlanStore;
  close(): Promise<void>;
}

/** What every plan store must do. `open` gives an empty store, anew for each test. */
export function planStoreSuite(name: string, open: () => Promise<OpenedPlanStore>): void {
  describe(`${name}: plan store`, () => {
    let opened: OpenedPlanStore;
    let store: PlanStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.planStore;
    });
    afterEach(() => opened.close());

    it('gives back a plan as it was put, whatever it leaves out', async () => {
      const full = aPlan({
        name: 'full',
        rate: 0.25,
        quota: 1_000_000,
        scopes: ['uploads:read', 'feedback:create'],
        origins: ['https://www.example.org', 'https://bücher.example'],
        sources: ['192.0.2.0/24', '2001:db8::/32'],
      });
      const none = aPlan({ name: 'none', scopes: [] });
      for (const plan of [full, none]) await store.put(plan);
      assert.deepEqual(await store.get('full'), full);
      assert.deepEqual(await store.get('none'), none);
      assert.equal(await store.get('other'), undefined);
    });

    it('replaces the whole plan of the same name', async () => {
      await store.put(aPlan({ quota: 5, sources: ['192.0.2.0/24'] }));
      const later = aPlan({ burst: 3 });
      await store.put(later);
      assert.deepEqual(await store.get(later.name), later);
      assert.deepEqual(await store.list(), [later]);
    });

    it('lists by name', async () => {
      assert.deepEqual(await store.list(), []);
      const [a, b, c] = ['alpha', 'beta', 'gamma'].map((name) => aPlan({ name }));
      for (const plan of [b, c, a]) if (plan) await store.put(plan);
      assert.deepEqual(await store.list(), [a, b, c]);
    });

    it('deletes a plan, and says so when there is none', async () => {
      const [kept, gone] = [aPlan({ name: 'kept' }), aPlan({ name: 'gone' })];
      await store.put(kept);
      await store.put(gone);
      assert.equal(await store.delete('gone'), true);
      assert.equal(await store.delete('gone'), false);
      assert.equal(await store.get('gone'), undefined);
      assert.deepEqual(await store.list(), [kept]);
    });
  });
}
