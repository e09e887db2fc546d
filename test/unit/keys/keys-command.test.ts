import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from '../../../scripts/keys/run-command.ts';
import { UsageError } from '../../../scripts/keys/usage-error.ts';
import { composeKeys, composePlans } from '../../../src/compose/compose-keys.ts';
import { openDatabase } from '../../../src/platform/local/sqlite-database.ts';
import { createSqliteKeyStore } from '../../../src/platform/local/sqlite-key-store.ts';
import { createSqlitePlanStore } from '../../../src/platform/local/sqlite-plan-store.ts';
import { mainMigrations } from '../../../src/platform/local/sqlite-schema.ts';
import { createSqliteUsageMeter } from '../../../src/platform/local/sqlite-usage-meter.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const { folder, remove } = await tempFolder();
const database = openDatabase(path.join(folder, 'inlet.db'), { migrations: mainMigrations });
after(async () => {
  database.close();
  await remove();
});
const clock = () => new Date('2026-11-21T12:00:00.000Z');
const platform = { keyStore: createSqliteKeyStore(database), planStore: createSqlitePlanStore(database) };
const meter = createSqliteUsageMeter(database);
const deps = { keys: composeKeys(platform, clock), plans: composePlans(platform), meter, clock };

const printed = (...args: string[]) => runCommand(deps, args);
async function complaint(...args: string[]): Promise<string> {
  try {
    return assert.fail(await printed(...args));
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message;
  }
}
async function newKey(...args: string[]) {
  const text = await printed('create', ...args);
  const [, id = '', secret = ''] = /^Key (\w{12}) [\s\S]*\n(inlet_\S+)$/.exec(text) ?? assert.fail(text);
  return { id, secret };
}
/** The cells of the row that begins with the given one. */
const row = (text: string, first: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${first} `))
    ?.split(/ {2,}/);

test('the usage is shown beside the quota, and for one key month by month', async () => {
  await printed('plan', 'create', '--name', 'web', '--rate', '0.5', '--burst', '2', '--quota', '8');
  const { id } = await newKey('--name', 'shop', '--scopes', 'uploads:read', '--plan', 'web');
  const free = await newKey('--name', 'free');
  await meter.count(id, new Date('2026-10-01T00:00:00.000Z'));
  for (let i = 0; i < 3; i++) await meter.count(id, clock());
  await meter.count('client:app', clock());
  await printed('revoke', free.id);
  const all = await printed('usage');
  assert.deepEqual(row(all, 'key'), ['key', 'name', 'plan', 'this month', 'quota', '%']);
  assert.deepEqual(row(all, id), [id, 'shop', 'web', '3', '8', '37']);
  assert.deepEqual(row(all, free.id), [free.id, 'free (revoked)', '-', '0', '-', '-']);
  const alone = await printed('usage', id);
  assert.deepEqual(row(alone, id), [id, 'shop', 'web', '3', '8', '37']);
  assert.ok(alone.endsWith('\n\nmonth    requests\n2026-11  3\n2026-10  1'), alone);
  assert.deepEqual(row(await printed('usage', 'client:app'), 'client:app')?.slice(3), ['1', '-', '-']);
});

test('a plan keeps all that it is made of, changes in part, and loses a limit by "none"', async () => {
  const limits = ['--quota', '5', '--scopes', 'uploads:read,keys:read', '--origins', 'https://a.example'];
  const networks = ['--cidrs', '192.0.2.0/24, 2001:db8::/32,198.51.100.7'];
  await printed('plan', 'create', '--name', 'all', '--rate', '3', '--burst', '9', ...limits, ...networks);
  const wide = ['uploads:read keys:read', 'https://a.example', '192.0.2.0/24 2001:db8::/32 198.51.100.7/32'];
  assert.deepEqual(row(await printed('plan', 'list'), 'all'), ['all', '3', '9', '5', ...wide]);
  await printed('plan', 'change', 'all', '--rate', '4', '--quota', 'none', '--cidrs', 'none');
  const changed = ['all', '4', '9', '-', ...wide.slice(0, 2), '-'];
  assert.deepEqual(row(await printed('plan', 'list'), 'all'), changed);
});

test('a plan that good keys have cannot be deleted; without them it can', async () => {
  await printed('plan', 'create', '--name', 'gone', '--rate', '1', '--burst', '1');
  const [first, second] = [
    await newKey('--name', 'a', '--plan', 'gone'),
    await newKey('--name', 'b', '--plan', 'gone'),
  ];
  const said = await complaint('plan', 'delete', 'gone');
  for (const { id } of [first, second]) assert.ok(said.includes(id), said);
  await printed('move', first.id, '--plan', 'none');
  assert.deepEqual(row(await printed('list'), first.id)?.slice(2, 5), ['good', 'a', '-']);
  await printed('revoke', second.id);
  await printed('plan', 'delete', 'gone');
  assert.equal(await complaint('plan', 'delete', 'gone'), 'There is no plan gone.');
});

test('every mistake is said at once, by the name of its option', async () => {
  const numbers = ['--rate', '0', '--burst', '2.5', '--quota=-1'];
  const lists = ['--scopes', 'nope', '--origins', 'https://a.example/b', '--cidrs', '192.0.2.0/33'];
  assert.deepEqual((await complaint('plan', 'create', '--name', 'a b', ...numbers, ...lists)).split('\n'), [
    '--name: expected letters, digits, hyphens and underscores',
    '--rate: expected at least 0.0001 requests a second',
    '--burst: expected a whole number',
    '--quota: expected at least 1',
    '--scopes: there is no scope nope',
    '--origins: expected an origin such as https://www.example.org, without a path',
    '--cidrs: expected a network such as 192.0.2.0/24, not 192.0.2.0/33',
  ]);
});

test('what there is not, and what there is already, is said in a sentence', async () => {
  await printed('plan', 'create', '--name', 'twice', '--rate', '1', '--burst', '1');
  const said: [string, string[]][] = [
    ['There is a plan twice already. Change it with "plan change".', ['plan', 'create', '--name', 'twice']],
    ['There is no plan nowhere.', ['plan', 'change', 'nowhere']],
    ['There is no key 000000000000.', ['move', '000000000000', '--plan', 'twice']],
    ['There is no key 000000000000.', ['usage', '000000000000']],
    ['There is no key 000000000000.', ['revoke', '000000000000']],
    ['There is no scope nope.', ['create', '--name', 'x', '--scopes', 'nope']],
    ['--name: expected another name: "none" stands for no plan', ['plan', 'create', '--name', 'none']],
    ['--rate: expected a number, not "fast"', ['plan', 'change', 'twice', '--rate', 'fast']],
  ];
  for (const [sentence, [...args]] of said) {
    if (args[0] === 'plan' && args.length < 5) args.push('--rate', '1', '--burst', '1');
    assert.equal(await complaint(...args), sentence);
  }
  assert.match(await complaint('create', '--name', 'x', '--plan', 'nowhere'), /^There is no plan nowhere\./);
  assert.match(await complaint('plan', 'create', '--name', 'x', '--rate', '1'), /--burst is missing/);
  assert.match(await complaint('nonsense'), /^Usage: npm run keys/);
  assert.match(await complaint('list', '--nonsense'), /--nonsense[\s\S]*Usage: npm run keys/);
});

test('a network is taken in no old notation, in which it means another one than it seems to', async () => {
  // Libraries read these as 0.0.0.10/32, 8.0.0.0/8, 10.0.0.1/32 and 192.0.2.1/32.
  for (const network of ['10', '010.0.0.0/8', '10.1', '0xc0.0.2.1', '10/8', 'fe80::1%eth0']) {
    const plan = ['plan', 'create', '--name', 'odd', '--rate', '1', '--burst', '1', '--cidrs', network];
    assert.equal(
      await complaint(...plan),
      `--cidrs: expected a network such as 192.0.2.0/24, not ${network}`,
    );
  }
});
