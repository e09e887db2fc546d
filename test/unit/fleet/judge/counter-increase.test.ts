import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CounterSample, counterIncrease } from '../../../../scripts/fleet/judge/counter-increase.ts';

const samples = (...values: (number | string)[]): CounterSample[] =>
  values.map((value, index) => [index, String(value)]);

describe('counterIncrease', () => {
  it('is exact between the value before and the last one', () => {
    assert.equal(counterIncrease(samples(1000, 1003, 1003, 1010), '1000'), 10);
  });

  it('counts the first value of a new counter in full', () => {
    assert.equal(counterIncrease(samples(5, 7), undefined), 7);
  });

  it('goes on from 0 at every restart, also at one before the first sample', () => {
    assert.equal(counterIncrease(samples(104, 3, 8, 2), '100'), 4 + 3 + 5 + 2);
    assert.equal(counterIncrease(samples(3, 4), '100'), 4);
  });

  it('is 0 without samples', () => assert.equal(counterIncrease([], '100'), 0));

  it('refuses what is no count', () => {
    for (const value of ['NaN', '+Inf', ''])
      assert.throws(() => counterIncrease(samples(1, value), undefined), RangeError);
  });
});
