import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CanaryFailed, planRelease } from '../../../scripts/fleet/commands/release.ts';
import { FleetError } from '../../../scripts/fleet/fleet-error.ts';
import { judgeRules } from '../../../scripts/fleet/judge/judge-rules.ts';
import { createFleetInMemory } from '../../support/fleet-in-memory.ts';
import { createRunner } from '../../support/run-fleet.ts';

async function withLive(version = 7) {
  const memory = createFleetInMemory();
  const run = createRunner(memory.fleet);
  await run.release(version);
  return { memory, run };
}

const refusal = (pattern: RegExp) => (error: unknown) =>
  error instanceof FleetError && pattern.test(`${error.message} ${error.advice}`);

test('the first release gets all the traffic, and two instances', async () => {
  const { memory } = await withLive();
  assert.deepEqual(memory.rules, [undefined, { a: 0 }, { a: 100 }]);
  assert.equal(memory.slot('a').version, 7);
  assert.equal(memory.slot('a').desired, 2);
  assert.equal(memory.alias()?.version, 7);
  assert.equal(memory.operation()?.state, 'idle');
});

test('a canary goes to the other slot, which is scaled before it gets 20 %', async () => {
  const { memory, run } = await withLive();
  const healthyAtShift: number[] = [];
  memory.onChange = (call, when) => {
    if (call === 'alias.write' && when === 'before')
      healthyAtShift.push(memory.slot('b').instances.filter(({ healthy }) => healthy).length);
  };
  await run.release(8);
  assert.deepEqual(memory.rules.at(-1), { a: 80, b: 20 });
  assert.deepEqual(healthyAtShift, [2]);
  assert.equal(memory.slot('b').min, 2, 'no scaling policy may take it in while it has little traffic');
  assert.deepEqual(memory.alias()?.canary, { version: 8, slot: 'b' });
  assert.equal(memory.alias()?.version, 7);
});

test('further steps give it more, each after its slot was scaled for it', async () => {
  const { memory, run } = await withLive();
  memory.grow('a', 8);
  await run.release(8, { weights: [20, 50, 75] });
  assert.deepEqual(memory.rules.slice(-3), [
    { a: 80, b: 20 },
    { a: 50, b: 50 },
    { a: 25, b: 75 },
  ]);
  assert.equal(memory.slot('b').desired, 6, '75 % of what eight instances carry');
});

test('a canary that fails is rolled back by itself, and the command says why', async () => {
  const { memory, run } = await withLive();
  memory.errorShare.set(8, 0.2);
  await assert.rejects(
    run.release(8),
    (error) => error instanceof CanaryFailed && /v8.*failed.*20/s.test(error.message),
  );
  assert.deepEqual(memory.rules.at(-1), { a: 100 });
  assert.equal(memory.alias()?.canary, undefined);
  assert.match(memory.alias()?.why ?? '', /judge/);
  assert.equal(memory.operation()?.state, 'failed');
});

test('a canary whose instances all die is taken out of the rule, not weighed 0', async () => {
  const { memory, run } = await withLive();
  let looks = 0;
  const counts = memory.fleet.signals.counts;
  memory.fleet.signals.counts = async (...args) => {
    looks += 1;
    if (looks === 4) memory.killInstances('b');
    return counts(...args);
  };
  await assert.rejects(run.release(8), /No instance of v8 is healthy/);
  assert.deepEqual(memory.rules.at(-1), { a: 100 });
});

test('a version whose instances never become healthy gets no traffic', async () => {
  const { memory, run } = await withLive();
  memory.brokenVersions.add(8);
  await assert.rejects(run.release(8), refusal(/do not come up.*0 of 2.*fleet logs --version 8/s));
  assert.deepEqual(memory.rules.at(-1), { a: 100 });
  assert.ok(!memory.rules.some((rule) => rule?.b !== undefined));
});

test('a version that the load balancer finds bad gets no traffic, and is taken out of the rule', async () => {
  const { memory, run } = await withLive();
  memory.unhealthyVersions.add(8);
  await assert.rejects(run.release(8), refusal(/does not find v8 healthy: 0 of 2/));
  assert.deepEqual(memory.rules.slice(-2), [{ a: 100, b: 0 }, { a: 100 }]);
});

test('after a failed release another version can be released', async () => {
  const { memory, run } = await withLive();
  memory.brokenVersions.add(8);
  await assert.rejects(run.release(8));
  await run.release(9);
  assert.deepEqual(memory.rules.at(-1), { a: 80, b: 20 });
  assert.ok(memory.slot('b').instances.every(({ version }) => version === 9));
});

test('a release that takes the slot of the version before gives up going back to it, even if it fails', async () => {
  const { memory, run } = await withLive();
  await run.release(8);
  await run.promote();
  memory.brokenVersions.add(9);
  await assert.rejects(run.release(9));
  assert.equal(memory.alias()?.previous, undefined);
  await assert.rejects(run.rollback(), refusal(/no slot holds a version from before/));
  assert.deepEqual(memory.rules.at(-1), { b: 100 });
});

test('what cannot be is refused before anything changes', async (t) => {
  const { memory, run } = await withLive();
  const watch = { bakeMs: 0, intervalMs: 1, rules: judgeRules() };
  const changes: string[] = [];
  memory.onChange = (call) => changes.push(call);
  const plan = (version: number, weights: number[]) => planRelease(memory.fleet, { version, weights, watch });
  await t.test('an unknown version', () => assert.rejects(plan(99, [20]), refusal(/no version 99/)));
  await t.test('a weight of 101', () => assert.rejects(plan(8, [101]), refusal(/101 is not a weight/)));
  await t.test('a weight of 0', () => assert.rejects(plan(8, [0]), refusal(/0 is not a weight/)));
  await t.test('falling weights', () => assert.rejects(plan(8, [50, 20]), refusal(/must rise/)));
  assert.deepEqual(changes, []);
  await run.release(8, { bakeMs: 0 });
  changes.length = 0;
  await t.test('a canary while another runs', () =>
    assert.rejects(plan(9, [20]), refusal(/v8 is a canary already.*promote.*rollback/s)),
  );
  assert.deepEqual(changes, []);
});

test('a version with a fault in its launch template is refused', async () => {
  const { memory } = await withLive();
  const [newest] = await memory.fleet.versions.list();
  memory.fleet.versions.find = async () => newest && { ...newest, faults: ['The volume is not encrypted.'] };
  const watch = { bakeMs: 0, intervalMs: 1, rules: judgeRules() };
  await assert.rejects(
    planRelease(memory.fleet, { version: 9, weights: [20], watch }),
    refusal(/not encrypted/),
  );
});

test('the live version is not released again', async () => {
  const { run } = await withLive();
  assert.deepEqual((await run.release(7)).steps, []);
});

test('a canary that has more already does not lose it by a release with less', async () => {
  const { memory, run } = await withLive();
  await run.release(8, { weights: [50], bakeMs: 0 });
  await assert.rejects(run.release(8, { weights: [20] }), refusal(/has 50 % already/));
  await run.release(8, { weights: [60], bakeMs: 0 });
  assert.deepEqual(memory.rules.at(-1), { a: 40, b: 60 });
});

test('a slot that lost instances since it was scaled gets no traffic', async () => {
  const { memory, run } = await withLive();
  const write = memory.fleet.operations.write;
  memory.fleet.operations.write = async (operation) => {
    if (operation.step.startsWith('Set the traffic')) memory.killInstances('b');
    return write(operation);
  };
  await assert.rejects(run.release(8), refusal(/Slot b cannot carry 20 %: 0 of 2/));
  assert.deepEqual(memory.rules.at(-1), { a: 100 });
});
