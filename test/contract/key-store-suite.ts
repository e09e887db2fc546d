import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { KeyStore } from '../../src/keys/key-store.ts';
import { aKey } from '../support/records.ts';

export interface OpenedKeyStore {
  keyStore: KeyStore;
  close(): Promise<void>;
}

/** What every key store must do. `open` gives an empty store, anew for each test. */
export function keyStoreSuite(name: string, open: () => Promise<OpenedKeyStore>): void {
  describe(`${name}: key store`, () => {
    let opened: OpenedKeyStore;
    let store: KeyStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.keyStore;
    });
    afterEach(() => opened.close());

    it('gives back a key as it was put', async () => {
      const key = aKey({ name: 'Büro 🗝️', scopes: ['uploads:read', 'uploads:write'] });
      await store.put(key);
      assert.deepEqual(await store.get(key.id), key);
      assert.equal(await store.get(aKey().id), undefined);
    });

    it('keeps the plan of a key, in the list and for the first key too', async () => {
      const [first, second] = [aKey({ plan: 'gold' }), aKey({ createdAt: '2026-03-02T00:00:00.000Z' })];
      assert.equal(await store.putFirst(first), true);
      await store.put(second);
      assert.deepEqual(await store.get(first.id), first);
      assert.deepEqual(await store.list(), [first, second]);
    });

    it('gives a key another plan and takes it away, and says so when there is no such key', async () => {
      const key = aKey();
      await store.put(key);
      assert.equal(await store.setPlan(key.id, 'gold'), true);
      assert.deepEqual(await store.get(key.id), { ...key, plan: 'gold' });
      assert.equal(await store.setPlan(key.id, undefined), true);
      assert.deepEqual(await store.get(key.id), key);
      assert.equal(await store.setPlan(aKey().id, 'gold'), false);
      assert.equal((await store.list()).length, 1);
    });

    it('refuses an id that is taken, and keeps the first key', async () => {
      const key = aKey();
      await store.put(key);
      await assert.rejects(store.put(aKey({ id: key.id, name: 'thief' })));
      assert.deepEqual(await store.list(), [key]);
    });

    it('enters the first key of an empty store only', async () => {
      const key = aKey();
      assert.equal(await store.putFirst(key), true);
      assert.equal(await store.putFirst(aKey()), false);
      assert.deepEqual(await store.list(), [key]);
    });

    it('enters no first key once any was put, even if it is revoked', async () => {
      const key = aKey();
      await store.put(key);
      await store.revoke(key.id, '2026-03-05T00:00:00.000Z');
      assert.equal(await store.putFirst(aKey()), false);
      assert.equal((await store.list()).length, 1);
    });

    it('lets exactly one of 20 at once enter the first key', async () => {
      const keys = Array.from({ length: 20 }, () => aKey());
      const entered = await Promise.all(keys.map((key) => store.putFirst(key)));
      assert.equal(entered.filter(Boolean).length, 1);
      assert.deepEqual(await store.list(), [keys[entered.indexOf(true)]]);
    });

    it('takes more keys after the first', async () => {
      const [first, second] = [aKey(), aKey({ createdAt: '2026-03-02T00:00:00.000Z' })];
      assert.equal(await store.putFirst(first), true);
      await store.put(second);
      assert.deepEqual(await store.list(), [first, second]);
    });

    it('lists the oldest first', async () => {
      const keys = ['03', '01', '02'].map((day) => aKey({ createdAt: `2026-03-${day}T00:00:00.000Z` }));
      assert.deepEqual(await store.list(), []);
      for (const key of keys) await store.put(key);
      assert.deepEqual(await store.list(), [keys[1], keys[2], keys[0]]);
    });

    it('revokes a key, keeps the first time when asked twice, and leaves the others good', async () => {
      const [key, other] = [aKey(), aKey()];
      await store.put(key);
      await store.put(other);
      assert.equal(await store.revoke(key.id, '2026-03-05T00:00:00.000Z'), true);
      assert.equal(await store.revoke(key.id, '2026-03-06T00:00:00.000Z'), true);
      assert.deepEqual(await store.get(key.id), { ...key, revokedAt: '2026-03-05T00:00:00.000Z' });
      assert.deepEqual(await store.get(other.id), other);
    });

    it('says so when there is no such key to revoke, and makes none', async () => {
      assert.equal(await store.revoke(aKey().id, '2026-03-05T00:00:00.000Z'), false);
      assert.deepEqual(await store.list(), []);
    });
  });
}
