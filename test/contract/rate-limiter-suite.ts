import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { RateLimiter, RateLimitRule, RateLimitVerdict } from '../../src/http/rate-limit.ts';

export interface OpenedRateLimiters {
  /** Makes a limiter as one process does. */
  rateLimiter(rule: RateLimitRule): RateLimiter;
  /** Makes a limiter as another process does: the same store over a connection of its own. */
  neighbour(rule: RateLimitRule): RateLimiter;
  /** Makes the store fail from now on. */
  breakStore(): Promise<void>;
  /** Must also work after `breakStore`. */
  close(): Promise<void>;
}

/** What every rate limiter must do. `open` gives a store without counts, anew for each test. */
export function rateLimiterSuite(name: string, open: () => Promise<OpenedRateLimiters>): void {
  describe(`${name}: rate limiter`, () => {
    let opened: OpenedRateLimiters;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it('allows as many as the rule says, counting down, then refuses', async () => {
      const limiter = opened.rateLimiter(aRule({ points: 3 }));
      const verdicts = await consume(limiter, '192.0.2.1', 5);
      assert.deepEqual(
        verdicts.map(({ allowed, limit, remaining }) => [allowed, limit, remaining]),
        [
          [true, 3, 2],
          [true, 3, 1],
          [true, 3, 0],
          [false, 3, 0],
          [false, 3, 0],
        ],
      );
    });

    it('says in whole seconds, at most the window, when it starts anew', async () => {
      const limiter = opened.rateLimiter(aRule({ points: 1, seconds: 60 }));
      for (const { resetSeconds } of await consume(limiter, '192.0.2.1', 3)) {
        assert.ok(
          Number.isInteger(resetSeconds) && resetSeconds >= 1 && resetSeconds <= 60,
          `${resetSeconds}`,
        );
      }
    });

    it('counts each key for itself, whatever is in it', async () => {
      const limiter = opened.rateLimiter(aRule({ points: 1 }));
      for (const key of ['192.0.2.1', '2001:db8::/64', "x'; --", 'ключ', 'a:b', 'a']) {
        assert.deepEqual(allowances(await consume(limiter, key, 2)), [true, false], key);
      }
    });

    it('counts each rule for itself', async () => {
      for (const rule of [aRule({ points: 1 }), aRule({ points: 1 })]) {
        const verdicts = await consume(opened.rateLimiter(rule), '192.0.2.1', 2);
        assert.deepEqual(allowances(verdicts), [true, false]);
      }
    });

    it('shares one count between processes', async () => {
      const rule = aRule({ points: 4 });
      const [here, there] = [opened.rateLimiter(rule), opened.neighbour(rule)];
      const remaining: number[] = [];
      for (const limiter of [here, there, here, there])
        remaining.push((await limiter.consume('a')).remaining);
      assert.deepEqual(remaining, [3, 2, 1, 0]);
      assert.equal((await here.consume('a')).allowed, false);
      assert.equal((await there.consume('a')).allowed, false);
    });

    it('allows no more when many ask at once in two processes', async () => {
      const rule = aRule({ points: 7 });
      const limiters = [opened.rateLimiter(rule), opened.neighbour(rule)];
      const verdicts = await Promise.all(
        Array.from({ length: 30 }, (_, i) => limiters[i % 2]?.consume('192.0.2.1')),
      );
      assert.equal(verdicts.filter((verdict) => verdict?.allowed).length, 7);
    });

    it('counts anew after the window', async () => {
      const limiter = opened.rateLimiter(aRule({ points: 1, seconds: 1 }));
      await limiter.consume('192.0.2.1');
      // There is no event to await: the window ends by the store's clock alone.
      while (!(await limiter.consume('192.0.2.1')).allowed) await delay(50);
      assert.equal((await limiter.consume('192.0.2.1')).allowed, false);
    });

    it('never rejects: it counts in memory while the store is down', async () => {
      const limiter = opened.rateLimiter(aRule({ points: 2 }));
      await limiter.consume('198.51.100.1');
      await opened.breakStore();
      const verdicts = await consume(limiter, '192.0.2.1', 3);
      assert.deepEqual(
        verdicts.map(({ allowed, limit, remaining }) => [allowed, limit, remaining]),
        [
          [true, 2, 1],
          [true, 2, 0],
          [false, 2, 0],
        ],
      );
    });
  });
}

function aRule(overrides: Partial<RateLimitRule>): RateLimitRule {
  return { name: `rule-${randomUUID()}`, points: 1, seconds: 60, ...overrides };
}

async function consume(limiter: RateLimiter, key: string, times: number): Promise<RateLimitVerdict[]> {
  const verdicts: RateLimitVerdict[] = [];
  for (let i = 0; i < times; i++) verdicts.push(await limiter.consume(key));
  return verdicts;
}

const allowances = (verdicts: RateLimitVerdict[]) => verdicts.map(({ allowed }) => allowed);
