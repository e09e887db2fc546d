import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logBeta, logGamma } from '../../../../scripts/fleet/judge/log-beta.ts';
import { differenceBounds, evidenceAgainst } from '../../../../scripts/fleet/judge/share-difference.ts';

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

describe('logGamma', () => {
  it('is the logarithm of the factorial, and of its values at halves', () => {
    let factorial = 0;
    for (let n = 1; n <= 300; n++) {
      near(logGamma(n), factorial, 1e-12 * Math.max(1, factorial));
      factorial += Math.log(n);
    }
    near(logGamma(0.5), Math.log(Math.PI) / 2, 1e-14);
    near(logGamma(0.2), Math.log(4.5908437119988), 1e-12);
    near(logBeta(2, 3), Math.log(1 / 12), 1e-13);
  });
});

describe('evidenceAgainst', () => {
  const prior = { hits: 0.5, misses: 3 };

  /**
   * The claim of the guarantee, computed and not simulated: over all samples that two slots of some size can give,
   * weighted by their probability, the mixture ratio at the true shares is 1 on average.
   */
  it('at the true shares, averages to one over every possible pair of samples', () => {
    const binomial = (n: number, k: number) =>
      Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1));
    const likelihood = (p: number, n: number, k: number) => p ** k * (1 - p) ** (n - k);
    for (const [p, q] of [
      [0.02, 0.02],
      [0.3, 0.1],
      [0.001, 0.4],
    ] as const) {
      let exact = 0;
      let used = 0;
      for (let k = 0; k <= 12; k++)
        for (let l = 0; l <= 20; l++) {
          const probability = binomial(12, k) * likelihood(p, 12, k) * binomial(20, l) * likelihood(q, 20, l);
          const mixture = (n: number, hits: number) =>
            Math.exp(logBeta(hits + prior.hits, n - hits + prior.misses) - logBeta(prior.hits, prior.misses));
          const ratio = (mixture(12, k) * mixture(20, l)) / (likelihood(p, 12, k) * likelihood(q, 20, l));
          exact += probability * ratio;
          const first = { hits: k, total: 12 };
          const evidence = Math.exp(evidenceAgainst(p - q, first, { hits: l, total: 20 }, prior));
          assert.ok(evidence <= ratio * (1 + 1e-6), `${evidence} exceeds ${ratio}`);
          used += probability * evidence;
        }
      near(exact, 1, 1e-9);
      assert.ok(used <= 1 + 1e-6);
    }
  });

  it('is nothing without requests', () => {
    const none = { hits: 0, total: 0 };
    for (const difference of [-0.5, 0, 0.01, 0.9])
      near(evidenceAgainst(difference, none, none, prior), 0, 1e-12);
  });
});

describe('differenceBounds', () => {
  const options = { alpha: 0.01, prior: { hits: 0.2, misses: 5 } };

  it('change places and sign when the two do', () => {
    const one = { hits: 31, total: 700 };
    const other = { hits: 5, total: 2900 };
    const there = differenceBounds(one, other, options);
    const back = differenceBounds(other, one, options);
    near(there.lower, -back.upper, 1e-9);
    near(there.upper, -back.lower, 1e-9);
  });

  it('stay finite and ordered at the edges: nothing, everything, one request, a billion', () => {
    const samples = [0, 1, 3, 1e9].flatMap((total) => [
      { hits: 0, total },
      { hits: total, total },
    ]);
    for (const one of samples)
      for (const other of samples) {
        const { lower, upper } = differenceBounds(one, other, options);
        assert.ok(lower >= -1 && upper <= 1 && lower <= upper, JSON.stringify({ one, other, lower, upper }));
      }
  });
});
