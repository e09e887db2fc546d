import { findDifference } from './compare-shares.ts';
import { tolerances } from './judge.ts';
import type { JudgeRules } from './judge-rules.ts';
import { counted, percent } from './judge-words.ts';
import { median, seededRandom } from './simulate-canary.ts';

/** Shares of requests that fail and that are slow, in each slot. */
export interface SimulatedRelease {
  live: { errors: number; slow: number };
  canary: { errors: number; slow: number };
}

interface End {
  outcome: 'pass' | 'fail' | 'inconclusive';
  canaryRequests: number;
}

const canaryWeight = 0.2;
const runs = 200;
const mostRequests = 200_000;

/** One release, request by request, judged after every 50. */
function simulate(seed: number, { live, canary }: SimulatedRelease, rules: JudgeRules): End {
  const random = seededRandom(seed);
  const limits = tolerances(rules);
  const slots = {
    canary: { ...canary, total: 0, errorHits: 0, slowHits: 0 },
    live: { ...live, total: 0, errorHits: 0, slowHits: 0 },
  };
  const samples = (kind: 'errorHits' | 'slowHits') =>
    [
      { hits: slots.canary[kind], total: slots.canary.total },
      { hits: slots.live[kind], total: slots.live.total },
    ] as const;
  for (let request = 1; request <= mostRequests; request++) {
    const slot = slots[random() < canaryWeight ? 'canary' : 'live'];
    slot.total++;
    if (random() < slot.errors) slot.errorHits++;
    if (random() < slot.slow) slot.slowHits++;
    if (request % 50 !== 0) continue;
    const findings = [
      findDifference(...samples('errorHits'), limits.errors),
      findDifference(...samples('slowHits'), limits.slow),
    ];
    const canaryRequests = slots.canary.total;
    if (findings.includes('worse')) return { outcome: 'fail', canaryRequests };
    if (findings.every((finding) => finding === 'fine') && canaryRequests >= rules.minimumRequests)
      return { outcome: 'pass', canaryRequests };
  }
  return { outcome: 'inconclusive', canaryRequests: slots.canary.total };
}

const both = (errors: number, slow = 0.05) => ({ live: { errors, slow }, canary: { errors, slow } });

const releases: { name: string; release: SimulatedRelease }[] = [
  { name: 'no errors in either', release: both(0) },
  { name: '0.1 % errors in both', release: both(0.001) },
  { name: '1 % errors in both', release: both(0.01) },
  {
    name: '0 %, canary 3 %',
    release: { live: { errors: 0, slow: 0.05 }, canary: { errors: 0.03, slow: 0.05 } },
  },
  {
    name: '0 %, canary 5 %',
    release: { live: { errors: 0, slow: 0.05 }, canary: { errors: 0.05, slow: 0.05 } },
  },
  {
    name: '0 %, canary 100 %',
    release: { live: { errors: 0, slow: 0.05 }, canary: { errors: 1, slow: 0.05 } },
  },
  {
    name: 'no errors; 5 % slow, canary 15 %',
    release: { live: { errors: 0, slow: 0.05 }, canary: { errors: 0, slow: 0.15 } },
  },
  {
    name: 'no errors; 5 % slow, canary 30 %',
    release: { live: { errors: 0, slow: 0.05 }, canary: { errors: 0, slow: 0.3 } },
  },
];

const rates = [100, 1000, 10_000];

function duration(canaryRequests: number, perMinute: number): string {
  const seconds = (canaryRequests / (perMinute * canaryWeight)) * 60;
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

/** How long canaries take, as a Markdown table. The same for the same rules. */
export function judgeTable(rules: JudgeRules): string {
  const rows = releases.map(({ name, release }) => {
    const ends = Array.from({ length: runs }, (_, seed) => simulate(seed + 1, release, rules));
    const outcome = (['pass', 'fail', 'inconclusive'] as const).toSorted(
      (one, other) =>
        ends.filter((end) => end.outcome === other).length - ends.filter((end) => end.outcome === one).length,
    )[0];
    const agreeing = ends.filter((end) => end.outcome === outcome);
    const middle = median(agreeing.map((end) => end.canaryRequests));
    const cells = [
      name,
      `${outcome} (${percent(agreeing.length / runs)})`,
      counted(middle),
      ...rates.map((rate) => duration(middle, rate)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `| live and canary | verdict (of ${runs} runs) | requests of the canary, median | at 100 a minute | at 1 000 | at 10 000 |`,
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
