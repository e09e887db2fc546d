import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig, runDir } from '../../src/config.ts';

const aws = {
  INLET_PLATFORM: 'aws',
  INLET_LINK_SECRETS: 'a secret that is 32 characters long',
  AWS_REGION: 'eu-central-1',
  INLET_BUCKET: 'bucket',
  INLET_TABLE: 'table',
  INLET_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:topic',
};

/** The lines of the error that the environment causes, without the first. */
function mistakesOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.name, 'ConfigError');
    const [first, ...lines] = error.message.split('\n');
    assert.equal(first, `The configuration has ${lines.length} mistake(s):`);
    return lines.map((line) => line.trim());
  }
  assert.fail('it has no mistake');
}

test('nothing set is a whole configuration for one machine', () => {
  const config = loadConfig({});
  assert.equal(config.INLET_PLATFORM, 'local');
  assert.equal(config.PORT, 3000);
  assert.equal(config.INLET_METRICS_HOST, '127.0.0.1');
  assert.equal(config.INLET_TRUSTED_HOPS, 0);
  assert.equal(config.INLET_DATA_DIR, '.inlet');
  assert.deepEqual(config.INLET_ALLOWED_ORIGINS, []);
});

test('on aws there is a load balancer in front, and Prometheus comes from outside', () => {
  const config = loadConfig(aws);
  assert.equal(config.INLET_TRUSTED_HOPS, 1);
  assert.equal(config.INLET_METRICS_HOST, '0.0.0.0');
  assert.equal(config.INLET_DRAIN_DELAY_SECONDS, 10);
});

test('a configuration cannot be changed', () => {
  const config = loadConfig({});
  assert.ok(Object.isFrozen(config));
  assert.throws(() => Object.assign(config, { PORT: 1 }), TypeError);
});

test('every mistake is named at once', () => {
  const lines = mistakesOf({
    PORT: '70000',
    INLET_MAX_FILES: 'many',
    INLET_STALL_SECONDS: '0',
    INLET_ALLOWED_ORIGINS: 'https://a.example/path',
    INLET_ALLOWED_TYPES: 'image',
    INLET_LOG_LEVEL: 'loud',
    INLET_PUBLIC_URL: 'ftp://a.example',
    INLET_RELEASE: 'has blanks',
    INLET_LINK_SECRETS: 'short',
  });
  const names = lines.map((line) => line.split(':')[0]);
  assert.deepEqual(names.sort(), [
    'INLET_ALLOWED_ORIGINS',
    'INLET_ALLOWED_TYPES',
    'INLET_LINK_SECRETS',
    'INLET_LOG_LEVEL',
    'INLET_MAX_FILES',
    'INLET_PUBLIC_URL',
    'INLET_RELEASE',
    'INLET_STALL_SECONDS',
    'PORT',
  ]);
});

test('what is missing on aws is named, all of it', () => {
  const names = mistakesOf({ INLET_PLATFORM: 'aws' }).map((line) => line.split(':')[0]);
  const needed = Object.keys(aws).filter((name) => name !== 'INLET_PLATFORM');
  assert.deepEqual(names.sort(), needed.sort());
  assert.ok(mistakesOf({ INLET_PLATFORM: 'aws' }).every((line) => line.endsWith(': it must be set')));
});

test('an unknown platform is one clear mistake', () => {
  const [line = '', ...more] = mistakesOf({ INLET_PLATFORM: 'azure' });
  assert.match(line, /^INLET_PLATFORM: /);
  assert.deepEqual(more, []);
});

test('an empty or blank setting counts as absent, and is never a zero', () => {
  const config = loadConfig({ PORT: '', INLET_MAX_FILES: ' ', INLET_PLATFORM: '', INLET_ALLOWED_TYPES: '' });
  assert.deepEqual(config, loadConfig({}));
  const missing = mistakesOf({ ...aws, INLET_BUCKET: '' });
  assert.match(missing[0] ?? '', /^INLET_BUCKET: it must be set$/);
});

test('a mistake never shows the value, which may be a secret', () => {
  const secret = 'hunter2-hunter2';
  for (const name of [
    'INLET_LINK_SECRETS',
    'PORT',
    'INLET_LOG_LEVEL',
    'INLET_PUBLIC_URL',
    'INLET_ALLOWED_ORIGINS',
  ]) {
    const [line = ''] = mistakesOf({ [name]: secret });
    assert.ok(!line.includes('hunter2'), line);
    assert.ok(line.includes(`(it has ${secret.length} characters)`), line);
  }
});

test('lists are split at commas, with blanks around them', () => {
  const config = loadConfig({
    INLET_ALLOWED_ORIGINS: ' https://a.example , http://localhost:8080,',
    INLET_ALLOWED_TYPES: 'image/png, image/svg+xml',
  });
  assert.deepEqual(config.INLET_ALLOWED_ORIGINS, ['https://a.example', 'http://localhost:8080']);
  assert.deepEqual(config.INLET_ALLOWED_TYPES, ['image/png', 'image/svg+xml']);
  assert.deepEqual(loadConfig({ INLET_ALLOWED_ORIGINS: '*' }).INLET_ALLOWED_ORIGINS, ['*']);
});

test('an origin is an origin: no path, no slash at its end, no other scheme', () => {
  for (const origin of [
    'https://a.example/',
    'https://a.example/x',
    'ftp://a.example',
    'a.example',
    'https://A.example',
    'null',
  ]) {
    assert.match(mistakesOf({ INLET_ALLOWED_ORIGINS: origin })[0] ?? '', /^INLET_ALLOWED_ORIGINS: /, origin);
  }
});

test('numbers are whole and in their range', () => {
  for (const value of ['1.5', '-1', '1e9', 'x', '0x10x', '1 2']) {
    assert.match(mistakesOf({ INLET_MAX_FILES: value })[0] ?? '', /^INLET_MAX_FILES: /, value);
  }
});

const chain: [outer: string, inner: Record<string, string>][] = [
  ['INLET_LB_IDLE_SECONDS', { INLET_LB_IDLE_SECONDS: '65' }],
  ['INLET_KEEP_ALIVE_SECONDS', { INLET_KEEP_ALIVE_SECONDS: '70' }],
  ['INLET_DRAIN_DELAY_SECONDS', { INLET_DRAIN_DELAY_SECONDS: '110' }],
  ['INLET_DRAIN_SECONDS', { INLET_DRAIN_SECONDS: '121' }],
  ['INLET_KILL_SECONDS', { INLET_KILL_SECONDS: '150' }],
  ['INLET_STOP_SECONDS', { INLET_STOP_SECONDS: '301' }],
  ['INLET_TERMINATION_HOOK_SECONDS', { INLET_TERMINATION_HOOK_SECONDS: '301' }],
];
for (const [name, env] of chain) {
  test(`${name} must leave room for what is around it`, () => {
    const lines = mistakesOf(env);
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      new RegExp(`^${name} \\(\\d+\\) must (be less|not be more) than INLET_\\w+ \\(\\d+\\), or `),
    );
  });
}

test('several breaks in the chain are named at once', () => {
  assert.equal(mistakesOf({ INLET_LB_IDLE_SECONDS: '100', INLET_KILL_SECONDS: '1' }).length, 2);
});

test('the folder for sockets lies in the data folder unless it has its own', () => {
  assert.equal(runDir(loadConfig({ INLET_DATA_DIR: '/data' })), '/data/run');
  assert.equal(runDir(loadConfig({ INLET_DATA_DIR: '/data', INLET_RUN_DIR: '/run/inlet' })), '/run/inlet');
});
