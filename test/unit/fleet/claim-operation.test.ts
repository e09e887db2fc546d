import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { claimOperation } from '../../../scripts/fleet/claim-operation.ts';
import { planRelease } from '../../../scripts/fleet/commands/release.ts';
import { FleetError } from '../../../scripts/fleet/fleet-error.ts';
import { judgeRules } from '../../../scripts/fleet/judge/judge-rules.ts';
import { runPlan } from '../../../scripts/fleet/run-plan.ts';
import { createFleetInMemory } from '../../support/fleet-in-memory.ts';
import { createRunner, silent } from '../../support/run-fleet.ts';

const refusal = (pattern: RegExp) => (error: unknown) =>
  error instanceof FleetError && pattern.test(`${error.message} ${error.advice}`);

test('one command at a time: a second one is told who runs what, and since when', async () => {
  const { fleet, operation } = createFleetInMemory();
  const claim = await claimOperation(fleet, { subject: 'release 8', takeOver: false });
  await claim.step('Scale slot b');
  await assert.rejects(
    claimOperation(fleet, { subject: 'release 8', takeOver: false }),
    refusal(/`release 8` of tester is running \(step: Scale slot b.*--take-over/s),
  );
  assert.equal(operation()?.step, 'Scale slot b');
});

test('a command that shows no life for 90 seconds is continued by the same, and by no other', async () => {
  const { fleet } = createFleetInMemory();
  await claimOperation(fleet, { subject: 'release 8', takeOver: false });
  await fleet.clock.sleep(90_000);
  await assert.rejects(
    claimOperation(fleet, { subject: 'gc', takeOver: false }),
    refusal(/stopped half-way.*Continue with `fleet release 8`, undo with `fleet rollback`/s),
  );
  await claimOperation(fleet, { subject: 'release 8', takeOver: false });
});

test('who was taken over stops at its next step, and does not disturb the journal', async () => {
  const { fleet, operation } = createFleetInMemory();
  const first = await claimOperation(fleet, { subject: 'release 8', takeOver: false });
  const second = await claimOperation(fleet, { subject: 'rollback', takeOver: true });
  await assert.rejects(first.step('Shift'), refusal(/Another command took over while `release 8`/));
  await assert.rejects(first.end('failed'), refusal(/took over/));
  await second.step('Give back');
  assert.deepEqual([operation()?.command, operation()?.step], ['rollback', 'Give back']);
});

test('of two that claim at the same moment at most one goes on', async () => {
  const { fleet } = createFleetInMemory();
  const both = await Promise.allSettled(
    ['release 8', 'gc'].map((subject) => claimOperation(fleet, { subject, takeOver: false })),
  );
  const goingOn = both.filter(({ status }) => status === 'fulfilled');
  assert.ok(goingOn.length <= 1);
});

test('a long step shows that it lives every 30 seconds', async () => {
  const memory = createFleetInMemory();
  const claim = await claimOperation(memory.fleet, { subject: 'up', takeOver: false });
  let writes = 0;
  memory.onChange = (_, when) => {
    if (when === 'before') writes += 1;
  };
  for (let n = 0; n < 24; n++) {
    await memory.fleet.clock.sleep(5000);
    await claim.beat();
  }
  assert.equal(writes, 4);
});

test('a step that begins while a sign of life is on its way is not taken for somebody else’s', async () => {
  const { fleet, operation } = createFleetInMemory();
  const claim = await claimOperation(fleet, { subject: 'bake c0ffee', takeOver: false });
  await fleet.clock.sleep(60_000);
  const { write } = fleet.operations;
  const { promise: isWritten, resolve: written } = Promise.withResolvers<void>();
  fleet.operations.write = async (operation) => {
    const revision = await write(operation);
    written();
    // The store has written, and its answer is on the way.
    await nextTurn();
    return revision;
  };
  const beats = [claim.beat(), claim.beat()];
  await isWritten;
  await claim.step('Wait');
  await Promise.all(beats);
  await claim.end('idle');
  assert.equal(operation()?.state, 'idle');
});

test('a rollback overtakes a release that runs, and the release gives up', async () => {
  const memory = createFleetInMemory();
  const run = createRunner(memory.fleet);
  await run.release(7);
  const counts = memory.fleet.signals.counts;
  let overtaken = false;
  memory.fleet.signals.counts = async (...args) => {
    if (!overtaken) {
      overtaken = true;
      await run.rollback();
    }
    return counts(...args);
  };
  await assert.rejects(run.release(8), refusal(/took over/));
  assert.deepEqual(memory.rules.at(-1), { a: 100 });
  assert.equal(memory.operation()?.command, 'rollback');
  assert.equal(memory.operation()?.state, 'idle');
});

test('an interrupt is noted, so that the next command need not wait for the lock to grow old', async () => {
  const memory = createFleetInMemory();
  await createRunner(memory.fleet).release(7);
  const interrupt = new AbortController();
  const plan = await planRelease(memory.fleet, {
    version: 8,
    weights: [20],
    watch: { bakeMs: 600_000, intervalMs: 30_000, rules: judgeRules() },
  });
  memory.onChange = (call) => {
    if (call === 'traffic.write') interrupt.abort(new FleetError('Interrupted.'));
  };
  const context = { reporter: silent, confirm: async () => true, signal: interrupt.signal };
  await assert.rejects(runPlan(memory.fleet, plan, context), refusal(/Interrupted/));
  memory.onChange = () => undefined;
  assert.equal(memory.operation()?.state, 'interrupted');
  await createRunner(memory.fleet).release(8);
  assert.deepEqual(memory.alias()?.canary, { version: 8, slot: 'b' });
  assert.equal(memory.operation()?.state, 'idle');
});

test('who says no changes nothing', async () => {
  const memory = createFleetInMemory();
  const changes: string[] = [];
  memory.onChange = (call) => changes.push(call);
  const watch = { bakeMs: 0, intervalMs: 1, rules: judgeRules() };
  const plan = await planRelease(memory.fleet, { version: 7, weights: [20], watch });
  const signal = new AbortController().signal;
  await assert.rejects(
    runPlan(memory.fleet, plan, { reporter: silent, confirm: async () => false, signal }),
    refusal(/Nothing was changed/),
  );
  assert.deepEqual(changes, []);
});
