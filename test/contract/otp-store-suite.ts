import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { OtpStore, OtpSubject } from '../../src/otp/otp-store.ts';
import { isProblem } from '../support/is-problem.ts';

export interface OpenedOtpStore {
  otpStore: OtpStore;
  /** The same store, as another process opens it. */
  neighbour: OtpStore;
  /** Makes the store fail from now on. */
  breakStore(): Promise<void>;
  /** Must also work after `breakStore`. */
  close(): Promise<void>;
}

const now = Date.UTC(2026, 2, 1, 12);
const later = now + 60_000;

function aSubject(overrides: Partial<OtpSubject> = {}): OtpSubject {
  const code = { id: 'subject.challenge', hash: 'ab12', channel: 'sms' as const, purpose: 'feedback' };
  return {
    key: 'subject',
    version: 1,
    codes: [
      { ...code, sentAt: now, expiresAt: later },
      { ...code, id: 'subject.used', sentAt: now, expiresAt: later, usedAt: now + 5 },
    ],
    requests: [now - 1, now],
    tries: [],
    expiresAt: later,
    ...overrides,
  };
}

/** What every store of codes must do. `open` gives an empty store, anew for each test. */
export function otpStoreSuite(name: string, open: () => Promise<OpenedOtpStore>): void {
  describe(`${name}: store of codes`, () => {
    let opened: OpenedOtpStore;
    let store: OtpStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.otpStore;
    });
    afterEach(() => opened.close());

    it('keeps a subject whole, for every process', async () => {
      assert.equal(await store.get('subject', now), undefined);
      assert.equal(await store.put(aSubject(), 0, now), true);
      assert.deepEqual(await store.get('subject', now), aSubject());
      assert.deepEqual(await opened.neighbour.get('subject', now), aSubject());
      assert.equal(await store.get('other', now), undefined);
    });

    it('replaces a subject only if nobody has changed it since', async () => {
      await store.put(aSubject(), 0, now);
      assert.equal(await store.put(aSubject({ tries: [now] }), 0, now), false);
      assert.equal(await store.put(aSubject({ version: 3, tries: [now] }), 2, now), false);
      assert.deepEqual(await store.get('subject', now), aSubject());
      const next = aSubject({ version: 2, tries: [now] });
      assert.equal(await opened.neighbour.put(next, 1, now), true);
      assert.equal(await store.put(aSubject({ version: 2, tries: [] }), 1, now), false);
      assert.deepEqual(await store.get('subject', now), next);
    });

    it('does not replace what is not there', async () => {
      assert.equal(await store.put(aSubject({ version: 2 }), 1, now), false);
      assert.equal(await store.get('subject', now), undefined);
    });

    it('forgets a subject at its time, and then takes a new one in its place', async () => {
      await store.put(aSubject(), 0, now);
      assert.deepEqual(await store.get('subject', later - 1), aSubject());
      assert.equal(await store.put(aSubject({ codes: [] }), 0, later - 1), false);
      assert.equal(await store.get('subject', later), undefined);
      const anew = aSubject({ codes: [], expiresAt: later + 1000 });
      assert.equal(await store.put(anew, 0, later), true);
      assert.deepEqual(await store.get('subject', later), anew);
    });

    it('lets exactly one of 100 that change a subject at once do so, in two processes', async () => {
      for (const seen of [0, 1]) {
        const puts = await Promise.all(
          Array.from({ length: 100 }, (_, i) =>
            (i % 2 ? store : opened.neighbour).put(aSubject({ version: seen + 1, tries: [i] }), seen, now),
          ),
        );
        assert.equal(puts.filter(Boolean).length, 1, `version ${seen}`);
        assert.deepEqual((await store.get('subject', now))?.tries, [puts.indexOf(true)]);
      }
    });

    it('keeps subjects apart, whatever is in their keys', async () => {
      const keys = ['a', 'A', 'client a', '-_', "x'; --"];
      for (const key of keys) assert.equal(await store.put(aSubject({ key, codes: [] }), 0, now), true, key);
      for (const key of keys) assert.equal((await store.get(key, now))?.key, key);
    });

    it('rejects while it is down, and so fails closed', async () => {
      await store.put(aSubject(), 0, now);
      await store.check();
      await opened.breakStore();
      await assert.rejects(store.get('subject', now), isProblem('store_unavailable'));
      await assert.rejects(store.put(aSubject({ version: 2 }), 1, now), isProblem('store_unavailable'));
      await assert.rejects(store.check(), isProblem('store_unavailable'));
    });
  });
}
