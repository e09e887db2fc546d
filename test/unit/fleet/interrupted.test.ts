import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStatus } from '../../../scripts/fleet/commands/status.ts';
import { healthyInstances } from '../../../scripts/fleet/slots.ts';
import { createFleetInMemory, type FleetInMemory } from '../../support/fleet-in-memory.ts';
import { createRunner } from '../../support/run-fleet.ts';

type Runner = ReturnType<typeof createRunner>;

const scenarios: Record<
  string,
  { before: (run: Runner) => Promise<unknown>; command: (run: Runner) => Promise<unknown> }
> = {
  'the first release': { before: async () => undefined, command: (run) => run.release(7) },
  'a canary': { before: (run) => run.release(7), command: (run) => run.release(8, { weights: [20, 50] }) },
  'a canary in a slot that holds an older version': {
    before: async (run) => {
      await run.release(7);
      await run.release(8);
      await run.promote();
    },
    command: (run) => run.release(9),
  },
  'a promotion': {
    before: async (run) => {
      await run.release(7);
      await run.release(8);
    },
    command: (run) => run.promote(),
  },
  'a rollback from a canary': {
    before: async (run) => {
      await run.release(7);
      await run.release(8);
    },
    command: (run) => run.rollback(),
  },
  'a rollback to the version before': {
    before: async (run) => {
      await run.release(7);
      await run.release(8);
      await run.promote();
    },
    command: (run) => run.rollback(),
  },
  'a rollback to a version whose instances are gone': {
    before: async (run) => {
      await run.release(7);
      await run.release(8);
      await run.promote();
      await run.gc();
    },
    command: (run) => run.rollback(),
  },
  gc: {
    before: async (run) => {
      await run.release(7);
      await run.release(8);
      await run.promote();
    },
    command: (run) => run.gc(1),
  },
};

/** What has to be the same however often a command was interrupted on the way. */
async function outcome({ fleet, alias }: FleetInMemory) {
  const { weights, slots } = await readStatus(fleet, stack);
  const { at: _, why: __, ...live } = alias() ?? {};
  return {
    live,
    weights,
    slots: slots.map(({ name, version, min, desired }) => ({ name, version, min, desired })),
    versions: (await fleet.versions.list()).map(({ number }) => number),
  };
}

const stack = { status: 'CREATE_COMPLETE', reason: undefined, outputs: {}, parameters: {} };

/** The process dies at one call of a port: nothing that it would have done after that happens. */
class Died extends Error {}

async function interrupt(
  memory: FleetInMemory,
  command: (run: Runner) => Promise<unknown>,
  call: number,
  when: 'before' | 'after',
) {
  let calls = 0;
  let diedIn = '';
  memory.onChange = (name, at) => {
    if (diedIn) throw new Died();
    if (at === 'before') calls += 1;
    if (calls === call && at === when) {
      diedIn = name;
      throw new Died();
    }
  };
  const ended = await command(createRunner(memory.fleet)).then(
    () => 'done',
    (error) => {
      if (!(error instanceof Died)) throw error;
      return 'died';
    },
  );
  memory.onChange = () => undefined;
  return { ended, diedIn };
}

async function dieAt(scenario: string, call: number, when: 'before' | 'after') {
  const memory = createFleetInMemory({ versions: [1, 2, 7, 8, 9] });
  const { before, command } = scenarios[scenario] ?? assert.fail(scenario);
  await before(createRunner(memory.fleet));
  return { memory, command, ...(await interrupt(memory, command, call, when)) };
}

/** Visitors are served: the rule names only slots with healthy instances. */
async function assertServing({ fleet }: FleetInMemory, at: string) {
  const { weights, slots } = await readStatus(fleet, stack);
  for (const slot of slots) {
    if (weights?.[slot.name])
      assert.ok(
        healthyInstances(slot).length > 0,
        `${at}: slot ${slot.name} has traffic and nothing healthy`,
      );
  }
}

for (const scenario of Object.keys(scenarios)) {
  test(`${scenario}: killed before or after any call, it is described by status and finished by running it again`, async () => {
    const undisturbed = (await dieAt(scenario, 0, 'before')).memory;
    const expected = await outcome(undisturbed);
    let points = 0;
    for (let call = 1; ; call++) {
      if ((await dieAt(scenario, call, 'before')).ended === 'done') break;
      for (const when of ['before', 'after'] as const) {
        const { memory, diedIn, command } = await dieAt(scenario, call, when);
        const at = `${when} call ${call} (${diedIn})`;
        points += 1;
        await assertServing(memory, at);
        await memory.fleet.clock.sleep(120_000);
        const { operation, problems } = await readStatus(memory.fleet, stack);
        const isClean = operation === undefined || operation.state === 'idle';
        assert.ok(
          isClean || problems.some((text) => text.includes('stopped at')),
          `${at}: status says nothing`,
        );
        // What had come to its end has nothing to continue.
        const wasDone = isClean && points > 1 && when === 'after';
        if (!wasDone) await command(createRunner(memory.fleet));
        assert.deepEqual(await outcome(memory), expected, at);
        assert.deepEqual((await readStatus(memory.fleet, stack)).problems, [], at);
      }
    }
    assert.ok(points >= 8, `only ${points} points`);
  });
}

test('a drain: killed before or after any call, it is finished by running it again, and nobody is without a server', async () => {
  let points = 0;
  for (let call = 1; ; call++) {
    for (const when of ['before', 'after'] as const) {
      const memory = createFleetInMemory();
      await createRunner(memory.fleet).release(7);
      const victim = memory.slot('a').instances[0]?.id ?? '';
      const { ended, diedIn } = await interrupt(memory, (run) => run.drain(victim), call, when);
      const at = `${when} call ${call} (${diedIn})`;
      if (ended === 'done') {
        assert.ok(points >= 8, `only ${points} points`);
        return;
      }
      points += 1;
      assert.ok(healthyInstances(memory.slot('a')).length >= 2, at);
      await memory.fleet.clock.sleep(120_000);
      // What had come to its end has nothing to continue.
      const wasDone = memory.operation()?.state === 'idle' && points > 1;
      if (!wasDone) await createRunner(memory.fleet).drain(victim);
      const { slots, problems } = await readStatus(memory.fleet, stack);
      const healthy = healthyInstances(slots[0] ?? assert.fail()).map(({ id }) => id);
      assert.ok(!healthy.includes(victim), at);
      // If it died between the start of the new instance and the note of it, one more was started: scaling ends it.
      assert.ok(healthy.length === 2 || healthy.length === 3, `${at}: ${healthy.length} healthy`);
      assert.deepEqual(problems, [], at);
    }
  }
});

for (const scenario of ['a canary', 'a canary in a slot that holds an older version']) {
  test(`${scenario}: killed before or after any call, it is undone by a rollback`, async () => {
    for (let call = 1; ; call++) {
      if ((await dieAt(scenario, call, 'before')).ended === 'done') break;
      for (const when of ['before', 'after'] as const) {
        const { memory, diedIn } = await dieAt(scenario, call, when);
        const at = `${when} call ${call} (${diedIn})`;
        const live = memory.alias()?.version;
        await createRunner(memory.fleet)
          .rollback()
          .catch((error) => {
            // Nothing had been shifted yet, and there was nothing before: that is what the refusal says.
            assert.match(error.message, /no slot holds a version from before/, at);
          });
        const { weights, live: after } = await readStatus(memory.fleet, stack);
        assert.equal(Object.keys(weights ?? {}).length, 1, at);
        assert.ok(after?.version === live || after?.version === 7, at);
        await assertServing(memory, at);
      }
    }
  });
}
