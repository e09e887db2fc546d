import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStatus } from '../../../scripts/fleet/commands/status.ts';
import { createFleetInMemory } from '../../support/fleet-in-memory.ts';
import { createRunner } from '../../support/run-fleet.ts';

const stack = { status: 'CREATE_COMPLETE', reason: undefined, outputs: {}, parameters: {} };

async function withWarmSlot() {
  const memory = createFleetInMemory();
  const run = createRunner(memory.fleet);
  await run.release(7);
  await run.release(8);
  await run.promote();
  return memory;
}

test('status has nothing to say of a fleet that is well', async () => {
  const { fleet } = await withWarmSlot();
  assert.deepEqual((await readStatus(fleet, stack)).problems, []);
});

test('status tells a slot whose visitors get 503 from a warm one that a rollback would wait for', async () => {
  const memory = await withWarmSlot();
  memory.killInstances('a');
  assert.match(
    (await readStatus(memory.fleet, stack)).problems.join('\n'),
    /^Slot a is kept warm .*`fleet gc`\.$/,
  );
  memory.killInstances('b');
  const { problems } = await readStatus(memory.fleet, stack);
  assert.equal(problems.length, 2);
  assert.match(problems[1] ?? '', /^Slot b gets 100 % and has no healthy instance: .*`fleet rollback`/);
});
