import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FleetError } from '../../../../scripts/fleet/fleet-error.ts';
import { judge } from '../../../../scripts/fleet/judge/judge.ts';
import { judgeRules } from '../../../../scripts/fleet/judge/judge-rules.ts';
import type { SlotCounts } from '../../../../scripts/fleet/judge/slot-signals.ts';

const rules = judgeRules();
const names = { live: 'v7', canary: 'v8' };
const of = (requests: number, errors = 0, slow = 0): SlotCounts => ({ requests, errors, slow });
const verdict = (canary: SlotCounts, live: SlotCounts, changes: Parameters<typeof judgeRules>[0] = {}) =>
  judge({ canary, live, rules: judgeRules(changes), slowerThanSeconds: 0.25, names });

describe('judge', () => {
  it('fails a canary with more errors, in words that give both shares, the difference and the confidence', () => {
    const { outcome, reasons } = verdict(of(1040, 53, 50), of(4180, 0, 210));
    assert.equal(outcome, 'fail');
    assert.match(
      reasons[0] ?? '',
      /^canary v8: 5\.1 % of 1 040 requests failed, live v7: 0\.0 % of 4 180; the difference is at least [23]\.\d+ points with 99 % confidence, 1 point tolerated\.$/,
    );
  });

  it('fails a canary that is slower, though it makes no errors', () => {
    const { outcome, reasons, slow } = verdict(of(1000, 0, 300), of(4000, 0, 200));
    assert.equal(outcome, 'fail');
    assert.equal(slow?.finding, 'worse');
    assert.match(reasons[1] ?? '', /30\.0 % of 1 000 requests took longer than 0\.25 s/);
  });

  it('passes an equal canary', () => {
    assert.equal(verdict(of(2000, 0, 100), of(8000, 0, 400)).outcome, 'pass');
  });

  it('passes a canary that mends a live slot which fails half of its requests', () => {
    assert.equal(verdict(of(2000, 0, 0), of(8000, 4000, 400)).outcome, 'pass');
  });

  it('never passes a canary that fails as much as a live slot which fails a lot', () => {
    const { outcome, reasons } = verdict(of(200_000, 60_000), of(800_000, 240_000));
    assert.equal(outcome, 'inconclusive');
    assert.match(reasons.at(-1) ?? '', /fails more than 20\.0 % of its requests/);
  });

  it('does not pass below the minimum of requests, however good the figures', () => {
    const few = verdict(of(1999, 0, 60), of(80_000, 0, 4000), { minimumRequests: 2000 });
    assert.equal(few.outcome, 'inconclusive');
    assert.match(few.reasons.at(-1) ?? '', /1 999 of the 2 000 requests/);
    assert.equal(verdict(of(2000, 0, 60), of(80_000, 0, 4000), { minimumRequests: 2000 }).outcome, 'pass');
  });

  it('fails a canary that fails everything long before the minimum', () => {
    assert.equal(verdict(of(12, 12), of(50)).outcome, 'fail');
    assert.equal(verdict(of(2, 2), of(50)).outcome, 'inconclusive');
  });

  it('says that a canary without requests has none, and that a live slot without has none', () => {
    const silent = verdict(of(0), of(900));
    assert.equal(silent.outcome, 'inconclusive');
    assert.match(silent.reasons[0] ?? '', /canary v8 has had no requests at all/);
    const alone = verdict(of(900), of(0));
    assert.equal(alone.outcome, 'inconclusive');
    assert.match(alone.reasons[0] ?? '', /live v7 has had no requests/);
  });

  it('says how many requests are lacking, and that many do settle it', () => {
    const open = verdict(of(300, 0, 15), of(1200, 0, 60));
    assert.equal(open.outcome, 'inconclusive');
    assert.match(open.reasons[0] ?? '', /about \d+ more requests to the canary will tell/);
    const missing = open.errors?.canaryRequestsMissing;
    assert.ok(missing !== undefined && missing > 0);
    const factor = (300 + missing) / 300;
    const later = verdict(of(300 + missing, 0, 0), of(Math.ceil(1200 * factor), 0, 0));
    assert.equal(later.errors?.finding, 'fine');
  });

  it('judges errors alone where there is no threshold, and says so', () => {
    const { outcome, reasons, slow } = judge({
      canary: of(5000),
      live: of(20_000),
      rules,
      slowerThanSeconds: undefined,
    });
    assert.equal(outcome, 'pass');
    assert.equal(slow, undefined);
    assert.match(reasons[1] ?? '', /latency is not judged/);
  });

  it('refuses counts that cannot be', () => {
    for (const counts of [of(10, 11), of(10, 0, 11), of(-1), of(1.5), of(Number.NaN), of(Infinity)])
      assert.throws(() => verdict(counts, of(100)), RangeError);
  });
});

describe('judgeRules', () => {
  it('names every rule that makes no sense', () => {
    assert.throws(
      () => judgeRules({ alpha: 0, toleratedErrors: 2, minimumRequests: 0.5 }),
      (error: unknown) =>
        error instanceof FleetError &&
        ['alpha', 'toleratedErrors', 'minimumRequests'].every((name) => error.message.includes(name)),
    );
  });
});

describe('verdicts as counts change', () => {
  const rank = { fail: 0, inconclusive: 1, pass: 2 };
  const sizes = [1, 7, 60, 400, 3000, 50_000];
  const shares = [0, 0.002, 0.01, 0.05, 0.3, 1];

  it('more errors or slow requests of the canary never make a verdict better', () => {
    for (const size of sizes)
      for (const live of shares) {
        const liveCounts = of(size * 4, Math.round(size * 4 * live), Math.round(size * 4 * live));
        const counts = [...new Set(Array.from({ length: 40 }, (_, i) => Math.round(size * (i / 39) ** 2)))];
        for (const kind of ['errors', 'slow'] as const) {
          const ranks = counts.map(
            (count) => rank[verdict({ ...of(size), [kind]: count }, liveCounts).outcome],
          );
          assert.deepEqual(
            ranks,
            ranks.toSorted((one, other) => other - one),
            `${kind} ${size} ${live}`,
          );
        }
      }
  });

  it('the bounds hold what was seen, and agree with the finding', () => {
    for (const size of sizes)
      for (const share of shares)
        for (const live of shares) {
          const { errors } = verdict(
            of(size, Math.round(size * share)),
            of(size * 3, Math.round(size * 3 * live)),
          );
          assert.ok(errors);
          const { lower, upper, finding } = errors;
          const seen = errors.canary.hits / errors.canary.total - errors.live.hits / errors.live.total;
          const slack = 1e-9;
          assert.ok(
            -1 - slack <= lower && lower <= seen + slack && seen - slack <= upper && upper <= 1 + slack,
          );
          const byBounds = lower > 0.01 ? 'worse' : upper < 0.01 ? 'fine' : 'open';
          assert.equal(finding, byBounds, `${size} ${share} ${live}: ${lower} to ${upper}`);
        }
  });

  it('the same shares over more requests never widen the bounds', () => {
    for (const share of [0, 0.01, 0.2]) {
      const widths = [100, 1000, 10_000, 100_000].map((size) => {
        const { errors } = verdict(of(size, size * share), of(size * 4, size * 4 * share));
        return (errors?.upper ?? 0) - (errors?.lower ?? 0);
      });
      assert.deepEqual(
        widths,
        widths.toSorted((one, other) => other - one),
      );
    }
  });
});
