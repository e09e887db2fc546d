import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FleetError } from '../../../scripts/fleet/fleet-error.ts';
import { createFleetInMemory } from '../../support/fleet-in-memory.ts';
import { createRunner } from '../../support/run-fleet.ts';

async function withCanary() {
  const memory = createFleetInMemory();
  const run = createRunner(memory.fleet);
  await run.release(7);
  memory.grow('a', 5);
  await run.release(8);
  return { memory, run };
}

const refusal = (pattern: RegExp) => (error: unknown) =>
  error instanceof FleetError && pattern.test(`${error.message} ${error.advice}`);

test('promoting scales first, then shifts, and keeps the version before warm', async () => {
  const { memory, run } = await withCanary();
  const seen: [string, number][] = [];
  memory.onChange = (call, when) => {
    if (when === 'before')
      seen.push([call, memory.slot('b').instances.filter(({ healthy }) => healthy).length]);
  };
  await run.promote();
  assert.deepEqual(memory.rules.at(-1), { b: 100, a: 0 });
  const healthy = seen.find(([call]) => call === 'traffic.write')?.[1] ?? 0;
  assert.ok(healthy >= 5, `${healthy} instances carry what five did`);
  assert.equal(memory.slot('a').desired, 5);
  assert.equal(memory.slot('a').min, 5, 'no scaling policy may take the warm slot in');
  assert.equal(memory.slot('b').min, 2);
  assert.deepEqual(memory.alias()?.previous, { version: 7, slot: 'a' });
});

test('a live slot that grew while the canary ran is kept at that size', async () => {
  const { memory, run } = await withCanary();
  memory.grow('a', 8);
  await run.promote();
  assert.equal(memory.slot('a').min, 8);
  assert.equal(memory.slot('b').desired, 10, 'eight carried 80 %');
});

test('a rollback to a warm slot is one change of the rule, before anything else', async () => {
  const { memory, run } = await withCanary();
  await run.promote();
  const changes: string[] = [];
  memory.onChange = (call, when) => {
    if (when === 'before' && call !== 'operations.write') changes.push(call);
  };
  await run.rollback();
  assert.equal(changes[0], 'traffic.write');
  assert.equal(changes.filter((call) => call === 'traffic.write').length, 1);
  assert.deepEqual(memory.rules.at(-1), { a: 100 });
  assert.equal(memory.alias()?.version, 7);
});

test('a rollback from a canary gives the live version everything and leaves the canary to be looked at', async () => {
  const { memory, run } = await withCanary();
  await run.rollback();
  assert.deepEqual(memory.rules.at(-1), { a: 100 });
  assert.equal(memory.slot('b').desired, 2);
  assert.equal(memory.alias()?.canary, undefined);
});

test('after gc a rollback starts instances first', async () => {
  const { memory, run } = await withCanary();
  await run.promote();
  await run.gc();
  assert.equal(memory.slot('a').desired, 0);
  assert.deepEqual(memory.rules.at(-1), { b: 100 }, 'a target group that gets empty is in no rule');
  const plan = await run.rollback();
  assert.match(plan.notes.join(' '), /0 of \d+ instances.*scaled up first/);
  assert.deepEqual(memory.rules.at(-1), { a: 100 });
  assert.ok(memory.slot('a').instances.filter(({ healthy }) => healthy).length >= 5);
});

test('a second rollback does not go back further', async () => {
  const { memory, run } = await withCanary();
  await run.promote();
  await run.rollback();
  await assert.rejects(run.rollback(), refusal(/no slot holds a version from before/));
  assert.deepEqual(memory.rules.at(-1), { a: 100 });
});

test('a canary that the judge finds bad is promoted only with force', async () => {
  const { memory, run } = await withCanary();
  memory.errorShare.set(8, 0.3);
  await assert.rejects(run.promote(), refusal(/finds v8 bad.*--force/s));
  await run.promote({ force: true });
  assert.deepEqual(memory.rules.at(-1), { b: 100, a: 0 });
});

test('without a canary there is nothing to promote', async () => {
  const memory = createFleetInMemory();
  const run = createRunner(memory.fleet);
  await assert.rejects(run.promote(), refusal(/No canary runs/));
  await run.release(7);
  await assert.rejects(run.promote(), refusal(/v7 has all the traffic already/));
});

test('with nothing released there is nothing to go back to', async () => {
  await assert.rejects(
    createRunner(createFleetInMemory().fleet).rollback(),
    refusal(/Nothing was ever released/),
  );
});

test('gc keeps what is live, what can be rolled back to, and version 1', async () => {
  const memory = createFleetInMemory({ versions: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
  const run = createRunner(memory.fleet);
  await run.release(3);
  await run.release(4, { bakeMs: 0 });
  await run.promote({ force: true });
  await run.gc(2);
  const numbers = (await memory.fleet.versions.list()).map(({ number }) => number);
  assert.deepEqual(numbers, [9, 8, 4, 3, 1]);
});

test('gc is refused while a canary runs', async () => {
  const { run } = await withCanary();
  await assert.rejects(run.gc(), refusal(/v8 is a canary/));
});
