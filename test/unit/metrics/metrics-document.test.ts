import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { metricDefinitions } from '../../../src/metrics/metric-definitions.ts';

it('docs/metrics.md lists exactly the metrics that there are', () => {
  const document = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = document.split('\n').filter((line) => line.startsWith('| `inlet_'));
  const expected = Object.entries(metricDefinitions).map(([name, { kind, labels, help }]) => {
    const shown = Object.entries<readonly string[] | 'open'>(labels).map(([label, values]) =>
      values === 'open' ? `\`${label}\`` : `\`${label}\`: ${values.join(', ')}`,
    );
    return `| \`${name}\` | ${kind} | ${shown.join('; ')} | ${help} |`;
  });
  assert.deepEqual(rows, expected);
});
