import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge, type Outcome } from '../../../../scripts/fleet/judge/judge.ts';
import { judgeRules } from '../../../../scripts/fleet/judge/judge-rules.ts';
import { seededRandom } from '../../../../scripts/fleet/judge/simulate-canary.ts';
import { metricDefinitions } from '../../../../src/metrics/metric-definitions.ts';

const bounds = metricDefinitions.inlet_http_request_duration_seconds.buckets;

/** Lognormal: half of the requests take less than `middle` seconds, one in six more than twice as long. */
function duration(random: () => number, middle: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return middle * Math.exp(0.7 * normal);
}

/** One release: 100 looks of 100 requests each, the threshold taken anew from the live slot at each. */
function release(seed: number, { live: liveMiddle, canary: canaryMiddle }: { live: number; canary: number }) {
  const random = seededRandom(seed);
  const rules = judgeRules({ minimumRequests: 200, toleratedErrors: 1 });
  const durations = { live: [] as number[], canary: [] as number[] };
  for (let look = 1; look <= 100; look++) {
    for (let request = 0; request < 100; request++) {
      const slot = random() < 0.2 ? 'canary' : 'live';
      durations[slot].push(duration(random, slot === 'live' ? liveMiddle : canaryMiddle));
    }
    const below = (bound: number) => durations.live.filter((seconds) => seconds <= bound).length;
    const threshold = bounds.find((bound) => below(bound) >= 0.95 * durations.live.length) ?? 300;
    const counts = (slot: 'live' | 'canary') => ({
      requests: durations[slot].length,
      errors: 0,
      slow: durations[slot].filter((seconds) => seconds > threshold).length,
    });
    const { outcome } = judge({
      live: counts('live'),
      canary: counts('canary'),
      rules,
      slowerThanSeconds: threshold,
    });
    if (outcome !== 'inconclusive') return outcome;
  }
  return 'inconclusive';
}

const outcomes = (middles: { live: number; canary: number }): Record<Outcome, number> => {
  const counted = { pass: 0, fail: 0, inconclusive: 0 };
  for (let seed = 1; seed <= 40; seed++) counted[release(seed, middles)]++;
  return counted;
};

describe('latency, compared at the live slot’s 95th percentile in the buckets of the histogram', () => {
  it('an equal canary passes', () => {
    assert.deepEqual(outcomes({ live: 0.03, canary: 0.03 }), { pass: 40, fail: 0, inconclusive: 0 });
  });

  it('a canary that takes three times as long fails', () => {
    assert.deepEqual(outcomes({ live: 0.03, canary: 0.09 }), { pass: 0, fail: 40, inconclusive: 0 });
  });

  it('a faster canary passes', () => {
    assert.deepEqual(outcomes({ live: 0.09, canary: 0.03 }), { pass: 40, fail: 0, inconclusive: 0 });
  });
});
