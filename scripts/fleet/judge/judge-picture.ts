import { tolerances } from './judge.ts';
import type { JudgeRules } from './judge-rules.ts';
import { differenceBounds } from './share-difference.ts';
import { seededRandom, simulateCanary } from './simulate-canary.ts';

interface Moment {
  requests: number;
  lower: number;
  upper: number;
  seen: number;
}

const width = 760;
const height = 360;
const plot = { left: 64, right: 730, top: 52, bottom: 300 };
const range = { requests: [10, 3000], difference: [-0.1, 0.2] } as const;

const x = (requests: number): number => {
  const [low, high] = range.requests;
  return plot.left + (Math.log(requests / low) / Math.log(high / low)) * (plot.right - plot.left);
};
const y = (difference: number): number => {
  const [low, high] = range.difference;
  const inside = Math.min(high, Math.max(low, difference));
  return plot.bottom - ((inside - low) / (high - low)) * (plot.bottom - plot.top);
};
const point = (requests: number, difference: number): string =>
  `${x(requests).toFixed(1)} ${y(difference).toFixed(1)}`;

/** One canary's interval over its requests, until it clears the tolerated difference. */
function follow(share: { canary: number; live: number }, rules: JudgeRules, seed: number): Moment[] {
  const { errors } = tolerances(rules);
  const moments: Moment[] = [];
  const traffic = {
    random: seededRandom(seed),
    canaryWeight: 0.2,
    hit: (slot: 'canary' | 'live') => share[slot],
  };
  simulateCanary(traffic, { looks: 1000, betweenLooks: 25 }, (canary, live) => {
    if (canary.total < range.requests[0] || live.total === 0) return undefined;
    const { lower, upper } = differenceBounds(canary, live, errors);
    const seen = canary.hits / canary.total - live.hits / live.total;
    moments.push({ requests: canary.total, lower, upper, seen });
    return lower > errors.difference || upper < errors.difference ? true : undefined;
  });
  return moments;
}

function band(
  moments: Moment[],
  { colour, verdict, below }: { colour: string; verdict: string; below: boolean },
): string {
  const last = moments.at(-1);
  if (!last) return '';
  const outline = [
    ...moments.map(({ requests, upper }) => point(requests, upper)),
    ...moments.toReversed().map(({ requests, lower }) => point(requests, lower)),
  ];
  const line = moments.map(({ requests, seen }) => point(requests, seen));
  const [endX, endY] = point(last.requests, last.seen).split(' ');
  return [
    `  <path d="M${outline.join(' L')}Z" fill="${colour}" fill-opacity=".16" stroke="${colour}" stroke-opacity=".5"/>`,
    `  <path d="M${line.join(' L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    `  <circle cx="${endX}" cy="${endY}" r="4.5" fill="${colour}"/>`,
    `  <text x="${Number(endX) + 9}" y="${Number(endY) + (below ? 22 : -7)}" fill="${colour}" font-weight="600">${verdict}: ${last.requests} requests</text>`,
  ].join('\n');
}

/** Two canaries, one like the live slot and one with 5 % errors, as an SVG of their confidence intervals. */
export function judgePicture(rules: JudgeRules): string {
  const good = follow({ canary: 0.001, live: 0.001 }, rules, 4);
  const bad = follow({ canary: 0.05, live: 0.001 }, rules, 9);
  const tolerated = y(rules.toleratedErrors).toFixed(1);
  const ticks = [-0.1, -0.05, 0, 0.05, 0.1, 0.15, 0.2].map(
    (difference) =>
      `  <text x="${plot.left - 8}" y="${(y(difference) + 4).toFixed(1)}" text-anchor="end" class="note">${Math.round(difference * 100)}</text>`,
  );
  const counts = [10, 30, 100, 300, 1000, 3000].map(
    (requests) =>
      `  <text x="${x(requests).toFixed(1)}" y="${plot.bottom + 20}" text-anchor="middle" class="note">${requests}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="Confidence intervals of two canaries narrow as requests come in. One falls below the tolerated difference and passes, the other rises above it and fails.">
  <style>.note { fill: #55666e; font-size: 12px; } .axis { stroke: #b9cfd7; }</style>
  <rect width="${width}" height="${height}" rx="12" fill="#fff"/>
  <text x="${plot.left}" y="28" fill="#1d2a30" font-weight="600">Share of errors, canary minus live, in points, with ${Number(((1 - rules.alpha) * 100).toFixed(2))} % confidence</text>
  <path class="axis" d="M${plot.left} ${plot.top}V${plot.bottom}H${plot.right} M${plot.left} ${y(0).toFixed(1)}H${plot.right}" fill="none"/>
${band(good, { colour: '#17607a', verdict: 'pass', below: true })}
${band(bad, { colour: '#b3362b', verdict: 'fail', below: false })}
  <path d="M${plot.left} ${tolerated}H${plot.right}" stroke="#1d2a30" stroke-dasharray="6 4"/>
  <text x="${plot.right}" y="${Number(tolerated) - 5}" text-anchor="end" class="note">tolerated</text>
${[...ticks, ...counts].join('\n')}
  <text x="${(plot.left + plot.right) / 2}" y="${height - 18}" text-anchor="middle" class="note">requests of the canary</text>
</svg>
`;
}
