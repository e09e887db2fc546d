import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findDifference, type Tolerance } from '../../../../scripts/fleet/judge/compare-shares.ts';
import { tolerances } from '../../../../scripts/fleet/judge/judge.ts';
import { judgeRules } from '../../../../scripts/fleet/judge/judge-rules.ts';
import {
  median,
  type SimulatedTraffic,
  seededRandom,
  simulateCanary,
} from '../../../../scripts/fleet/judge/simulate-canary.ts';

const runs = 1000;
const looks = 200;
const alpha = 0.01;

/**
 * A test that is wrong in exactly 1 % of all cases is wrong in 10 of 1000 runs on average, with a standard
 * deviation of 3.1. It would exceed 19 with a probability of 0.3 %; that is the margin of these simulations.
 */
const mostFalseAlarms = 19;

const defaults = tolerances(judgeRules({ alpha }));
/** All of alpha for one question, so that its own guarantee is put to the test. */
const undivided = (tolerance: Tolerance, difference: number): Tolerance => ({
  ...tolerance,
  alpha,
  difference,
});

type Hits = (random: () => number) => SimulatedTraffic['hit'];

/** In how many of the runs was the canary found worse at one look at least? */
function alarms(hits: Hits, tolerance: Tolerance, betweenLooks = 50): number {
  let count = 0;
  for (let run = 1; run <= runs; run++) {
    const random = seededRandom(run);
    const traffic = { random, canaryWeight: 0.2, hit: hits(random) };
    const alarm = simulateCanary(traffic, { looks, betweenLooks }, (canary, live) =>
      findDifference(canary, live, tolerance) === 'worse' ? true : undefined,
    );
    if (alarm) count++;
  }
  return count;
}

describe(`an equal canary, looked at ${looks} times in each of ${runs} runs`, () => {
  for (const share of [0, 0.001, 0.01, 0.1])
    for (const [kind, tolerance] of Object.entries(defaults)) {
      it(`with ${share * 100} % ${kind} in both and nothing tolerated: false alarms within alpha`, (t) => {
        const count = alarms(() => () => share, undivided(tolerance, 0));
        t.diagnostic(`${count} of ${runs} runs`);
        assert.ok(count <= mostFalseAlarms, `${count} false alarms`);
      });
    }

  it('looked at after every single request from the first on: false alarms within alpha', (t) => {
    const count = alarms(() => () => 0.05, undivided(defaults.errors, 0), 1);
    t.diagnostic(`${count} of ${runs} runs`);
    assert.ok(count <= mostFalseAlarms, `${count} false alarms`);
  });

  it('with an outage that both share, and errors in runs of ten: false alarms within alpha', (t) => {
    const outage: Hits = () => (_slot, index) => (index > 3000 && index < 4000 ? 0.8 : 0.001);
    const inRuns: Hits = (random) => {
      let left = 0;
      return () => {
        if (left === 0 && random() < 0.002) left = 10;
        if (left === 0) return 0;
        left--;
        return 1;
      };
    };
    for (const hits of [outage, inRuns]) {
      const count = alarms(hits, undivided(defaults.errors, 0));
      t.diagnostic(`${count} of ${runs} runs`);
      assert.ok(count <= mostFalseAlarms, `${count} false alarms`);
    }
  });
});

describe('a canary that is worse by exactly what is tolerated', () => {
  for (const share of [0, 0.01, 0.1])
    it(`over ${share * 100} % errors: fails within alpha`, (t) => {
      const hits: Hits = () => (slot) => share + (slot === 'canary' ? 0.01 : 0);
      const count = alarms(hits, undivided(defaults.errors, 0.01));
      t.diagnostic(`${count} of ${runs} runs`);
      assert.ok(count <= mostFalseAlarms, `${count} false alarms`);
    });
});

describe('what the test replaces', () => {
  it('a test that assumes one look at normally distributed shares does not keep alpha under 200 looks', (t) => {
    let count = 0;
    for (let run = 1; run <= runs; run++) {
      const traffic = { random: seededRandom(run), canaryWeight: 0.2, hit: () => 0.01 };
      const alarm = simulateCanary(traffic, { looks, betweenLooks: 50 }, (canary, live) => {
        const pooled = (canary.hits + live.hits) / (canary.total + live.total);
        const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / canary.total + 1 / live.total));
        return (canary.hits / canary.total - live.hits / live.total) / deviation > 2.326 ? true : undefined;
      });
      if (alarm) count++;
    }
    t.diagnostic(`${count} of ${runs} runs`);
    assert.ok(count > 5 * mostFalseAlarms, `${count} false alarms`);
  });
});

/** Requests that the canary had when the finding came, in each of some runs. */
function requestsUntil(
  finding: string,
  shares: { canary: number; live: number },
  tolerance: Tolerance,
): number[] {
  return Array.from({ length: 200 }, (_, run) => {
    const traffic = {
      random: seededRandom(run + 1),
      canaryWeight: 0.2,
      hit: (slot: 'canary' | 'live') => shares[slot],
    };
    const found = simulateCanary(traffic, { looks: 2000, betweenLooks: 20 }, (canary, live) => {
      const now = findDifference(canary, live, tolerance);
      return now === 'open' ? undefined : { now, total: canary.total };
    });
    return found?.now === finding ? found.total : Infinity;
  });
}

describe('how soon the judge knows', () => {
  const cases = [
    {
      name: '5 % errors over 0 %',
      shares: { canary: 0.05, live: 0 },
      kind: 'errors',
      finding: 'worse',
      within: 250,
    },
    {
      name: 'everything fails',
      shares: { canary: 1, live: 0 },
      kind: 'errors',
      finding: 'worse',
      within: 15,
    },
    {
      name: 'no errors in either',
      shares: { canary: 0, live: 0 },
      kind: 'errors',
      finding: 'fine',
      within: 900,
    },
    {
      name: '0.1 % errors in both',
      shares: { canary: 0.001, live: 0.001 },
      kind: 'errors',
      finding: 'fine',
      within: 1300,
    },
    {
      name: '5 % slow in both',
      shares: { canary: 0.05, live: 0.05 },
      kind: 'slow',
      finding: 'fine',
      within: 700,
    },
    {
      name: '20 % slow over 5 %',
      shares: { canary: 0.2, live: 0.05 },
      kind: 'slow',
      finding: 'worse',
      within: 350,
    },
  ] as const;
  for (const { name, shares, kind, finding, within } of cases)
    it(`${name}: ${finding} within ${within} requests of the canary in most runs`, (t) => {
      const requests = requestsUntil(finding, shares, defaults[kind]);
      const middle = median(requests);
      t.diagnostic(
        `median ${middle} requests, ${requests.filter(Number.isFinite).length} of ${requests.length} runs`,
      );
      assert.ok(middle <= within, `median ${middle}`);
      assert.ok(requests.filter(Number.isFinite).length >= 0.98 * requests.length);
    });
});
