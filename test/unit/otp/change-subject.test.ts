import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeSubject } from '../../../src/otp/change-subject.ts';
import type { OtpSubject } from '../../../src/otp/otp-store.ts';
import { isProblem } from '../../support/is-problem.ts';

const start = Date.UTC(2026, 2, 1, 12);

/** A store in which somebody else is first, as many times as `others` says: each adds a try. */
function contended(others: number) {
  let kept: OtpSubject = {
    key: 'subject',
    version: 1,
    codes: [],
    requests: [],
    tries: [],
    expiresAt: start + 1000,
  };
  const pauses: number[] = [];
  return {
    pauses,
    kept: () => kept,
    deps: {
      store: {
        get: async () => kept,
        async put(subject: OtpSubject, seen: number) {
          if (others-- > 0) kept = { ...kept, version: kept.version + 1, tries: [...kept.tries, -1] };
          if (seen !== kept.version) return false;
          kept = subject;
          return true;
        },
        check: async () => {},
      },
      clock: () => new Date(start),
      random: () => 0.5,
      pause: async (ms: number) => void pauses.push(ms),
    },
  };
}

const addTry = ({ tries }: Pick<OtpSubject, 'tries'>, now: number) => ({
  changed: { tries: [...tries, now] },
  keepMs: 5000,
  result: tries.length,
});

describe('a change of a subject', () => {
  it('is decided on what it replaces, again each time that somebody else was first', async () => {
    const { deps, kept, pauses } = contended(3);
    assert.equal(await changeSubject(deps, 'subject', addTry), 3);
    const { version, tries, expiresAt } = kept();
    assert.deepEqual(
      { version, tries, expiresAt },
      { version: 5, tries: [-1, -1, -1, start], expiresAt: start + 5000 },
    );
    assert.deepEqual(pauses, [10, 10, 10]);
  });

  it('is refused with nothing written when it may not be', async () => {
    const { deps, kept } = contended(0);
    const refuse = () => {
      throw new Error('not now');
    };
    await assert.rejects(changeSubject(deps, 'subject', refuse), /not now/);
    assert.equal(kept().version, 1);
  });

  it('is given up with store_unavailable when others are always first', async () => {
    const { deps, kept, pauses } = contended(Number.POSITIVE_INFINITY);
    await assert.rejects(changeSubject(deps, 'subject', addTry), isProblem('store_unavailable'));
    assert.equal(pauses.length, 20);
    assert.equal(kept().tries.includes(start), false);
  });
});
