import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { planSchema } from '../../src/keys/plan-schema.ts';
import { openDatabase } from '../../src/platform/local/sqlite-database.ts';
import { createSqlitePlanStore } from '../../src/platform/local/sqlite-plan-store.ts';
import { mainMigrations } from '../../src/platform/local/sqlite-schema.ts';
import { assertProblem } from '../support/checks.ts';
import { plannedKey } from '../support/inlet-keys.ts';
import { aPlan } from '../support/records.ts';
import { startInlet } from '../support/start-inlet.ts';

const inlet = await startInlet({ INLET_TRUSTED_HOPS: '1', INLET_ALLOWED_ORIGINS: '*' });
after(() => inlet.stop());

const call = 'GET /v1/uploads';
const ask = (secret: string, headers: Record<string, string>) =>
  inlet.fetch('/v1/uploads', { headers: { 'X-Api-Key': secret, ...headers } });
const refusals = (key: string, outcome: string) => inlet.metric('inlet_key_requests_total', { key, outcome });

test('a key works from the networks of its plan only, in IPv4, in IPv6 and in IPv4 written as IPv6', async () => {
  const { sources } = planSchema.parse(
    aPlan({ sources: ['192.0.2.0/24', '2001:db8:7::/48', '198.51.100.7', '::ffff:203.0.113.0/120'] }),
  );
  const { secret, id } = await plannedKey(inlet, { sources });
  const inside = ['192.0.2.200', '::ffff:192.0.2.1', '2001:db8:7:ffff::1', '198.51.100.7', '203.0.113.9'];
  for (const address of inside) {
    const answer = await ask(secret, { 'X-Forwarded-For': address });
    assert.equal(answer.status, 200, address);
    await answer.arrayBuffer();
  }
  const outside = ['192.0.3.1', '2001:db8:8::1', '198.51.100.8', '::ffff:192.0.3.1', 'nonsense', '::'];
  for (const address of outside) {
    await assertProblem(inlet, await ask(secret, { 'X-Forwarded-For': address }), call, 'source_not_allowed');
  }
  const invented = await ask(secret, { 'X-Forwarded-For': '192.0.2.1, 192.0.3.1' });
  await assertProblem(inlet, invented, call, 'source_not_allowed');
  assert.equal(await refusals(id, 'source'), outside.length + 1);
  assert.equal(await refusals(id, 'allowed'), inside.length);
});

test('a key works on the pages of its plan only, and for programs, which send no Origin', async () => {
  const { secret, id } = await plannedKey(inlet, { origins: ['https://www.example.org'] });
  for (const headers of [{}, { Origin: 'https://www.example.org' }]) {
    const answer = await ask(secret, headers);
    assert.equal(answer.status, 200);
    await answer.arrayBuffer();
  }
  const others = [
    'https://example.org',
    'http://www.example.org',
    'https://www.example.org:8443',
    'https://www.example.org.evil.example',
    'null',
  ];
  for (const origin of others) {
    await assertProblem(inlet, await ask(secret, { Origin: origin }), call, 'origin_not_allowed');
  }
  assert.equal(await refusals(id, 'origin'), others.length);
});

test('a refused page can read why', async () => {
  const { secret } = await plannedKey(inlet, { origins: ['https://www.example.org'] });
  const answer = await ask(secret, { Origin: 'https://other.example' });
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  await assertProblem(inlet, answer, call, 'origin_not_allowed');
});

test('a plan caps the scopes of its keys', async () => {
  const capped = await plannedKey(inlet, { scopes: ['feedback:read'] });
  const problem = await assertProblem(inlet, await ask(capped.secret, {}), call, 'forbidden');
  assert.equal(problem.detail, 'The plan of the caller does not allow the scope uploads:read.');
  const allowed = await inlet.fetch('/v1/feedback', { headers: { 'X-Api-Key': capped.secret } });
  assert.equal(allowed.status, 200);
  await allowed.arrayBuffer();
  // The plan gives nothing that the key has not.
  const poor = await plannedKey(inlet, { scopes: ['uploads:read'] }, ['feedback:read']);
  const other = await assertProblem(inlet, await ask(poor.secret, {}), call, 'forbidden');
  assert.equal(other.detail, 'The caller lacks the scope uploads:read.');
});

test('a key whose plan is gone is refused, and the log says that someone must act', async () => {
  const { secret, id, plan } = await plannedKey(inlet);
  const database = openDatabase(`${inlet.dataDir}/inlet.db`, { migrations: mainMigrations });
  // As two administrators at the same moment can do it: the command line refuses to.
  assert.equal(await createSqlitePlanStore(database).delete(plan.name), true);
  database.close();
  const problem = await assertProblem(inlet, await ask(secret, {}), call, 'forbidden');
  assert.equal(problem.detail, `The plan ${plan.name} of the key does not exist.`);
  const line = await inlet.logged(({ plan: named }) => named === plan.name);
  assert.equal(line.level, 'error');
  assert.equal(line.keyId, id);
});
