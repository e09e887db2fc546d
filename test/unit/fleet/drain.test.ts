import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planDrain } from '../../../scripts/fleet/commands/drain.ts';
import { runPlan } from '../../../scripts/fleet/run-plan.ts';
import { healthyInstances } from '../../../scripts/fleet/slots.ts';
import { createFleetInMemory, type FleetInMemory } from '../../support/fleet-in-memory.ts';
import { createRunner, silent } from '../../support/run-fleet.ts';

async function drain(memory: FleetInMemory, instanceId: string, keep = false) {
  const plan = await planDrain(memory.fleet, { instanceId, keep });
  const context = { reporter: silent, confirm: async () => true, signal: new AbortController().signal };
  await runPlan(memory.fleet, plan, context);
  return plan;
}

async function withLive() {
  const memory = createFleetInMemory();
  await createRunner(memory.fleet).release(7);
  const victim = memory.slot('a').instances[0]?.id ?? assert.fail('no instance');
  return { memory, victim };
}

test('another instance is healthy before one is drained', async () => {
  const { memory, victim } = await withLive();
  let healthyThen = 0;
  memory.onChange = (call, when) => {
    if (call === 'slots.end' && when === 'before') healthyThen = healthyInstances(memory.slot('a')).length;
  };
  await drain(memory, victim);
  assert.equal(healthyThen, 3);
  assert.equal(memory.slot('a').desired, 2);
  assert.ok(!healthyInstances(memory.slot('a')).some(({ id }) => id === victim));
});

test('with keep it goes on running without traffic', async () => {
  const { memory, victim } = await withLive();
  await drain(memory, victim, true);
  const set = memory.slot('a').instances.find(({ id }) => id === victim);
  assert.equal(set?.state, 'Standby');
  assert.equal(healthyInstances(memory.slot('a')).length, 2);
});

test('a slot that is as large as it may get drains all the same, and the plan says so', async () => {
  const { memory, victim } = await withLive();
  Object.assign(memory.slot('a'), { max: 2, min: 1 });
  const plan = await drain(memory, victim);
  assert.match(plan.notes.join(' '), /as large as it may get/);
  assert.equal(memory.slot('a').desired, 1);
});

test('a slot that can neither grow nor shrink is refused before anything changes', async () => {
  const { memory, victim } = await withLive();
  Object.assign(memory.slot('a'), { max: 2, min: 2 });
  await assert.rejects(drain(memory, victim), /neither larger nor smaller than 2 instances/);
});

test('whatever empties a slot refuses while an instance of it is set aside', async () => {
  const { memory } = await withLive();
  const run = createRunner(memory.fleet);
  await run.release(8);
  await run.promote();
  await drain(memory, memory.slot('a').instances[0]?.id ?? '', true);
  await assert.rejects(run.gc(), /i-\d+ is set aside/);
  await assert.rejects(run.release(9), /i-\d+ is set aside/);
});

test('an unknown instance is refused; one that is out already needs nothing', async () => {
  const { memory, victim } = await withLive();
  await assert.rejects(drain(memory, 'i-unknown'), /in no slot/);
  await drain(memory, victim, true);
  assert.deepEqual((await drain(memory, victim)).steps, []);
});
