import type { LoadRecord } from './load-record.ts';

export interface TimelineEvent {
  at: number;
  text: string;
}

const size = { width: 1400, height: 520, left: 60, right: 20, top: 210, bottom: 50 };
const colours = ['#4c78a8', '#54a24b', '#eeca3b', '#b279a2', '#9d755d', '#72b7b2'];
const failed = '#e45756';

const escapeXml = (text: string) =>
  text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? '');

/** What ended in each second: by release, and failed. */
function perSecond(records: readonly LoadRecord[], from: number, seconds: number) {
  const bins = Array.from({ length: seconds }, () => ({ releases: new Map<string, number>(), failed: 0 }));
  for (const { endedAt, release, failure } of records) {
    const bin = bins[Math.floor((endedAt - from) / 1000)];
    if (!bin) continue;
    if (failure !== undefined) bin.failed++;
    else if (release !== undefined) bin.releases.set(release, (bin.releases.get(release) ?? 0) + 1);
  }
  return bins;
}

/**
 * Draws a run: for each second the share of the answers that each release gave, the failed requests as a red
 * bar with their number, and what was done to the fleet.
 */
export function timelineSvg(records: readonly LoadRecord[], events: readonly TimelineEvent[]): string {
  const from = Math.min(...records.map(({ startedAt }) => startedAt));
  const to = records.reduce((latest, { endedAt }) => Math.max(latest, endedAt), from);
  const seconds = Math.max(1, Math.ceil((to - from) / 1000));
  const bins = perSecond(records, from, seconds);
  const releases = [...new Set(bins.flatMap((bin) => [...bin.releases.keys()]))].sort();
  const plot = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };
  const x = (second: number) => size.left + (second * plot.width) / seconds;
  const wide = (plot.width / seconds + 0.3).toFixed(2);
  const base = size.top + plot.height;
  const parts: string[] = [];
  const rectangle = (second: number, y: number, height: number, fill: string) =>
    parts.push(
      `<rect x="${x(second).toFixed(2)}" y="${y.toFixed(2)}" width="${wide}" height="${height.toFixed(2)}" fill="${fill}"/>`,
    );

  for (const [second, bin] of bins.entries()) {
    const all = [...bin.releases.values()].reduce((sum, count) => sum + count, bin.failed);
    let y = base;
    for (const [index, release] of releases.entries()) {
      const height = all === 0 ? 0 : ((bin.releases.get(release) ?? 0) / all) * plot.height;
      y -= height;
      if (height > 0) rectangle(second, y, height, colours[index % colours.length] ?? '#888');
    }
    if (bin.failed === 0) continue;
    rectangle(second, size.top, Math.max(3, (bin.failed / all) * plot.height), failed);
    parts.push(
      `<text transform="translate(${x(second + 1).toFixed(2)} ${size.top - 3}) rotate(-90)" fill="${failed}" font-size="8">${bin.failed}</text>`,
    );
  }
  for (const { at, text } of events) {
    const left = x((at - from) / 1000).toFixed(2);
    parts.push(
      `<line x1="${left}" x2="${left}" y1="${size.top - 16}" y2="${base}" stroke="#222" stroke-dasharray="3 3"/>`,
      `<text transform="translate(${left} ${size.top - 20}) rotate(-50)">${escapeXml(text)}</text>`,
    );
  }
  for (const share of [0, 20, 50, 80, 100]) {
    const y = base - (share / 100) * plot.height;
    parts.push(`<text x="${size.left - 6}" y="${y + 4}" text-anchor="end">${share} %</text>`);
  }
  for (let second = 0; second <= seconds; second += 30) {
    parts.push(`<text x="${x(second).toFixed(2)}" y="${base + 16}" text-anchor="middle">${second} s</text>`);
  }
  const legend = [
    ...releases.map((name, index) => [name, colours[index % colours.length]]),
    ['failed', failed],
  ];
  for (const [index, [name, colour]] of legend.entries()) {
    const left = size.left + index * 90;
    parts.push(
      `<rect x="${left}" y="${size.height - 20}" width="12" height="12" fill="${colour}"/>`,
      `<text x="${left + 18}" y="${size.height - 10}">${escapeXml(name ?? '')}</text>`,
    );
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="11">`,
    '<title>Which version answered, second by second, and what failed</title>',
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
