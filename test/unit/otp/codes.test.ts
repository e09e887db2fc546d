import assert from 'node:assert/strict';
import { randomInt, timingSafeEqual } from 'node:crypto';
import { describe, it } from 'node:test';
import { createCodes } from '../../../src/otp/codes.ts';

const secret = 'a secret that is only good for tests';
const other = 'another secret that is good for tests';
const binding = { id: 'subject.challenge', purpose: 'feedback', subject: 'subject' };
const codesOf = (secrets: string[], random: (max: number) => number = randomInt) =>
  createCodes({ secrets, randomInt: random, compare: timingSafeEqual });

describe('codes', () => {
  it('have six digits in an SMS and eight in an e-mail, leading zeros included', () => {
    const largest: number[] = [];
    const codes = codesOf([secret], (max) => {
      largest.push(max);
      return 42;
    });
    assert.equal(codes.make('sms'), '000042');
    assert.equal(codes.make('email'), '00000042');
    assert.deepEqual(largest, [1_000_000, 100_000_000]);
  });

  it('come with every digit in every place', () => {
    const codes = codesOf([secret]);
    const seen = Array.from({ length: 6 }, () => new Set<string>());
    for (let i = 0; i < 2000; i++) {
      for (const [place, digit] of [...codes.make('sms')].entries()) seen[place]?.add(digit);
    }
    assert.deepEqual(
      seen.map(({ size }) => size),
      [10, 10, 10, 10, 10, 10],
    );
  });

  it('are right for their challenge, purpose and address only', () => {
    const codes = codesOf([secret]);
    const hash = codes.hash('123456', binding);
    assert.match(hash, /^[0-9a-f]{64}$/);
    assert.equal(codes.isRight('123456', binding, hash), true);
    assert.equal(codes.isRight('123457', binding, hash), false);
    assert.equal(codes.isRight('0123456', binding, hash), false);
    for (const changed of [{ id: 'subject.other' }, { purpose: 'login' }, { subject: 'somebody' }]) {
      assert.equal(codes.isRight('123456', { ...binding, ...changed }, hash), false);
    }
  });

  it('cannot be checked without the secret', () => {
    const hash = codesOf([secret]).hash('123456', binding);
    assert.notEqual(codesOf([other]).hash('123456', binding), hash);
    assert.equal(codesOf([other]).isRight('123456', binding, hash), false);
  });

  it('stay right while secrets are rotated', () => {
    const hash = codesOf([secret]).hash('123456', binding);
    assert.equal(codesOf([other, secret]).isRight('123456', binding, hash), true);
    const rotated = codesOf([other, secret]).hash('123456', binding);
    assert.equal(codesOf([other]).isRight('123456', binding, rotated), true);
  });

  it('are compared with every key, right or wrong, so that the time is the same', () => {
    let compared = 0;
    const codes = createCodes({
      secrets: [secret, other],
      randomInt,
      compare(a, b) {
        compared++;
        return timingSafeEqual(a, b);
      },
    });
    const hash = codes.hash('123456', binding);
    codes.isRight('123456', binding, hash);
    assert.equal(compared, 2);
    codes.isRight('654321', binding, hash);
    assert.equal(compared, 4);
  });
});
