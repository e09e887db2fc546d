import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../src/platform/local/sqlite-database.ts';
import { mainMigrations } from '../../src/platform/local/sqlite-schema.ts';
import { createSqliteUsageMeter } from '../../src/platform/local/sqlite-usage-meter.ts';
import { assertProblem } from '../support/checks.ts';
import { plannedKey, withKeys } from '../support/inlet-keys.ts';
import { startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';

const inlet = await startInlet();
after(() => inlet.stop());
const ask = (target: string, secret?: string) =>
  inlet.fetch(target, { headers: secret === undefined ? {} : { 'X-Api-Key': secret } });
async function jsonOf(answer: Response) {
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as { requests: number; month: string };
}

test('a key sees its own plan, its use and what is left, whatever its scopes', async () => {
  const limits = { quota: 10, scopes: ['feedback:read' as const], sources: ['127.0.0.0/8'] };
  const { secret, id, plan } = await plannedKey(inlet, limits, []);
  const database = openDatabase(`${inlet.dataDir}/inlet.db`, { migrations: mainMigrations });
  const meter = createSqliteUsageMeter(database);
  const now = new Date();
  const lastMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 15));
  for (let i = 0; i < 3; i++) await meter.count(id, lastMonth);
  database.close();
  await jsonOf(await ask('/v1/usage', secret));
  const { month, ...usage } = await jsonOf(await ask('/v1/usage', secret));
  assert.match(month, /^\d{4}-\d\d$/);
  assert.deepEqual(usage, {
    key: id,
    name: 'planned',
    plan,
    requests: 2,
    quotaLeft: 8,
    earlier: [{ month: lastMonth.toISOString().slice(0, 7), requests: 3 }],
  });
  await assertProblem(inlet, await ask('/v1/usage'), 'GET /v1/usage', 'unauthorized');
});

test('an administrator sees the use of any key, a revoked one too', async () => {
  const { secret, id, plan } = await plannedKey(inlet);
  for (let i = 0; i < 3; i++) await jsonOf(await ask('/v1/usage', secret));
  await withKeys(inlet, (keys) => keys.revoke(id));
  const { month, ...usage } = await jsonOf(await ask(`/v1/keys/${id}/usage`, inlet.key));
  assert.deepEqual(usage, { key: id, name: 'planned', plan, requests: 3, earlier: [] });
});

test('the use of other keys needs a scope, and a key that is there', async () => {
  const { secret, id } = await plannedKey(inlet, {}, ['uploads:read']);
  const call = `GET /v1/keys/${id}/usage`;
  await assertProblem(inlet, await ask(`/v1/keys/${id}/usage`, secret), call, 'forbidden');
  await assertProblem(inlet, await ask(`/v1/keys/${id}/usage`), call, 'unauthorized');
  for (const other of ['000000000000', 'nonsense', `${id}0`]) {
    const answer = await ask(`/v1/keys/${other}/usage`, inlet.key);
    await assertProblem(inlet, answer, `GET /v1/keys/${other}/usage`, 'key_not_found');
  }
});

test('keys without a plan are counted too, and nobody waits for it', async () => {
  const { secret, record } = await withKeys(inlet, (keys) => keys.create('free', ['uploads:read']));
  for (let i = 0; i < 5; i++) await jsonOf(await ask('/v1/uploads', secret));
  const usage = await until(async () => {
    const seen = await jsonOf(await ask(`/v1/keys/${record.id}/usage`, inlet.key));
    return seen.requests >= 5 ? seen : undefined;
  });
  assert.deepEqual(usage, { key: record.id, name: 'free', month: usage.month, requests: 5, earlier: [] });
  // There are as many series of this metric as keys, so only those with a plan are in it.
  assert.equal(await inlet.metric('inlet_key_requests_total', { key: record.id }), 0);
});

test('a drain waits for what is still to be counted', async (t) => {
  const own = await startInlet({ INLET_DATA_DIR: inlet.dataDir });
  t.after(() => own.stop());
  const { secret, record } = await withKeys(inlet, (keys) => keys.create('last', ['uploads:read']));
  const answer = await own.fetch('/v1/uploads', { headers: { 'X-Api-Key': secret } });
  await answer.arrayBuffer();
  own.kill('SIGTERM');
  assert.equal(await own.exited, 0);
  assert.equal((await jsonOf(await ask(`/v1/keys/${record.id}/usage`, inlet.key))).requests, 1);
});
