import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calmPerMinute, costOf } from '../../../src/spam/cost-of.ts';
import { createRecentRate } from '../../../src/spam/recent-rate.ts';

const range = { cost: 20_000, maxCost: 1_000_000 };

test('a form costs the least while there is little to do, and in proportion to the load above that', () => {
  for (const rate of [0, 1, calmPerMinute]) assert.equal(costOf(rate, range), 20_000);
  assert.equal(costOf(2 * calmPerMinute, range), 40_000);
  assert.equal(costOf(10 * calmPerMinute, range), 200_000);
});

test('a form never costs more than the most, and never less under more load', () => {
  assert.equal(costOf(1e9, range), 1_000_000);
  const costs = Array.from({ length: 5000 }, (_, rate) => costOf(rate, range));
  assert.deepEqual(
    costs,
    costs.toSorted((a, b) => a - b),
  );
  for (const cost of costs) assert.ok(Number.isInteger(cost) && cost >= 20_000 && cost <= 1_000_000);
});

test('the most that is less than the least changes nothing', () => {
  for (const rate of [0, 1e6]) assert.equal(costOf(rate, { cost: 5000, maxCost: 10 }), 5000);
});

test('the rate is that of the last minute, which slides', () => {
  let now = Date.parse('2026-03-01T12:00:00.400Z');
  const rate = createRecentRate(() => new Date(now));
  assert.equal(rate.perMinute(), 0);
  for (let i = 0; i < 30; i++) rate.count();
  now += 30_000;
  for (let i = 0; i < 12; i++) rate.count();
  assert.equal(rate.perMinute(), 42);
  now += 29_000;
  assert.equal(rate.perMinute(), 42);
  now += 1000;
  assert.equal(rate.perMinute(), 12);
  now += 30_000;
  assert.equal(rate.perMinute(), 0);
  rate.count();
  assert.equal(rate.perMinute(), 1);
  now += 3_600_000;
  assert.equal(rate.perMinute(), 0);
});

test('a clock that is set back neither breaks the rate nor keeps what lies ahead', () => {
  let now = Date.parse('2026-03-01T12:00:00.000Z');
  const rate = createRecentRate(() => new Date(now));
  rate.count();
  now -= 10_000;
  assert.equal(rate.perMinute(), 0);
  rate.count();
  assert.equal(rate.perMinute(), 1);
});
