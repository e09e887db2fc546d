import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { parse } from 'yaml';

const infra = path.join(import.meta.dirname, '../../infra');
const prometheus = path.join(infra, 'prometheus');
const read = (file: string) => readFileSync(path.join(infra, file), 'utf8');

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
}

const rules = (parse(read('prometheus/rules.yml')).groups as { rules: Rule[] }[]).flatMap(
  (group) => group.rules,
);

/** Every expression in the dashboard: of panels, of variables and of annotations. */
function dashboardExpressions(): string[] {
  const found: string[] = [];
  JSON.stringify(JSON.parse(read('grafana/inlet.json')), (key, value) => {
    if ((key === 'expr' || key === 'query') && typeof value === 'string') found.push(value);
    return value;
  });
  return found.filter((expression) => expression !== 'prometheus');
}

/** What a series may be called: what docs/metrics.md lists, what it says comes from prom-client, and the rules. */
function knownMetrics(): Set<string> {
  const documented = readFileSync(path.join(infra, '../docs/metrics.md'), 'utf8').matchAll(
    /^\| `(\w+)` \| (\w+)/gm,
  );
  const known = new Set([
    'up',
    'node_memory_MemAvailable_bytes',
    'node_memory_MemTotal_bytes',
    'node_cpu_seconds_total',
  ]);
  for (const [, name = '', kind] of documented) {
    for (const suffix of kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''])
      known.add(`${name}${suffix}`);
  }
  const register = new Registry();
  collectDefaultMetrics({ register });
  for (const { name } of register.getMetricsAsArray()) known.add(name);
  register.clear();
  for (const { record } of rules) if (record) known.add(record);
  return known;
}

/** Names of series in an expression: outside of label matchers, strings and `by (…)`. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '')
    .replaceAll(/^label_values\(([^,]*),.*/g, '$1');
  return bare.match(/\b[a-z]\w*(?::\w+)+\b|\b(?:inlet|nodejs|process|node)_\w+|\bup\b/g) ?? [];
}

test('rules and dashboard use metrics that there are', () => {
  const known = knownMetrics();
  const used = [...rules.map(({ expr }) => expr), ...dashboardExpressions()].flatMap(metricsIn);
  assert.ok(used.length > 40, 'expressions are found at all');
  assert.deepEqual(
    used.filter((name) => !known.has(name)),
    [],
  );
  assert.deepEqual(metricsIn('sum by (slot) (rate(inlet_nonsense_total{up="x"}[5m])) / slot:x:y'), [
    'inlet_nonsense_total',
    'slot:x:y',
  ]);
});

test('the dashboard shows every metric of the service', () => {
  const shown = new Set([...rules.map(({ expr }) => expr), ...dashboardExpressions()].flatMap(metricsIn));
  const documented = readFileSync(path.join(infra, '../docs/metrics.md'), 'utf8').matchAll(
    /^\| `(inlet_\w+)`/gm,
  );
  const missing = Array.from(documented, ([, name = '']) => name).filter(
    (name) => !shown.has(name) && !shown.has(`${name}_bucket`),
  );
  assert.deepEqual(missing, []);
});

const { INLET_REQUIRE_PROMTOOL: required } = process.env;
const missing = spawnSync('promtool', ['--version']).error !== undefined;
const skip = missing && required !== '1' && 'promtool is not installed';

function promtool(...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, {
    cwd: prometheus,
    encoding: 'utf8',
  });
  assert.equal(error, undefined);
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout;
}

test('Prometheus takes the configuration and the rules', { skip }, () => {
  assert.match(promtool('check', 'config', 'prometheus.yml'), /1 rule files found/);
});

test('the rules record and alert what they say', { skip }, () => {
  promtool('test', 'rules', 'rules.test.yml');
});

test('every expression of the dashboard is one', { skip }, (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'inlet-dashboard-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const expressions = dashboardExpressions()
    .map((expression) => expression.replace(/^label_values\((.*), \w+\)$/, '$1'))
    .map((expression) => expression.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, 'x'));
  const list = expressions.map((expr, index) => ({ record: `dashboard:expression:${index}`, expr }));
  const file = path.join(folder, 'rules.yml');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: list }] }));
  assert.match(promtool('check', 'rules', file), new RegExp(`${expressions.length} rules found`));
});
