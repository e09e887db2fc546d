import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { triesLeft, waitForCooldown, waitForRequest, waitForTry } from '../../../src/otp/limits.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const start = Date.UTC(2026, 2, 1, 12);
const at = (...offsets: number[]) => offsets.map((offset) => start + offset);

describe('the cooldown', () => {
  it('is 30 seconds after the first request, 60 after the second, 120 after each later one', () => {
    assert.equal(waitForCooldown([], start), 0);
    assert.equal(waitForCooldown(at(0), start), 30 * second);
    assert.equal(waitForCooldown(at(-minute, 0), start), 60 * second);
    assert.equal(waitForCooldown(at(-2 * minute, -minute, 0), start), 120 * second);
    assert.equal(waitForCooldown(at(-4 * minute, -3 * minute, -minute, 0), start), 120 * second);
  });

  it('counts down, and is over at its time', () => {
    assert.equal(waitForCooldown(at(0), start + 29 * second), second);
    assert.equal(waitForCooldown(at(0), start + 30 * second), 0);
    assert.equal(waitForCooldown(at(0), start + 45 * second), 0);
  });

  it('forgets requests after an hour', () => {
    assert.equal(waitForCooldown(at(0, 59.5 * minute), start + hour - second), 31 * second);
    assert.equal(waitForCooldown(at(0, 59.5 * minute), start + hour), 0);
    assert.equal(waitForCooldown(at(-hour, 0), start), 30 * second);
  });
});

describe('the requests of an hour', () => {
  it('slide: each makes room an hour after it was made', () => {
    const requests = at(0, 10 * minute, 20 * minute);
    assert.equal(waitForRequest(requests, 4, start + 30 * minute), 0);
    assert.equal(waitForRequest(requests, 3, start + 30 * minute), 30 * minute);
    assert.equal(waitForRequest(requests, 3, start + hour - 1), 1);
    assert.equal(waitForRequest(requests, 3, start + hour), 0);
    assert.equal(waitForRequest(requests, 2, start + hour), 10 * minute);
  });
});

describe('the tries', () => {
  it('are five in ten minutes', () => {
    const tries = at(0, 1, 2, 3, 4);
    assert.equal(triesLeft([], start), 5);
    assert.equal(triesLeft(tries.slice(0, 4), start + 10), 1);
    assert.equal(waitForTry(tries.slice(0, 4), start + 10), 0);
    assert.equal(triesLeft(tries, start + 10), 0);
    assert.equal(waitForTry(tries, start + 10), 10 * minute - 10);
    assert.equal(waitForTry(tries, start + 10 * minute), 0);
    assert.equal(triesLeft(tries, start + 10 * minute), 1);
  });

  it('cannot be more than five while one code lives', () => {
    // As many as the rule allows, each as early as it can be.
    const tries: number[] = [];
    for (let now = start; now < start + 10 * minute; now += second) {
      while (waitForTry(tries, now) === 0) tries.push(now);
    }
    assert.equal(tries.length, 5);
  });

  it('are twenty in a day, however they are spread', () => {
    const tries: number[] = [];
    for (let now = start; now < start + 24 * hour; now += minute) {
      while (waitForTry(tries, now) === 0) tries.push(now);
    }
    assert.equal(tries.length, 20);
    assert.equal(triesLeft(tries, start + 12 * hour), 0);
    assert.equal(waitForTry(tries, start + 12 * hour), 12 * hour);
    assert.equal(triesLeft(tries, start + 24 * hour), 5);
  });
});
