import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FleetStatus } from '../../scripts/fleet/commands/status.ts';
import { commands, weightsNow } from './control-plane/life.ts';
import { createOperator } from './control-plane/operator.ts';
import type { RecordedCall } from './strict-aws/recorder.ts';
import { type StrictAws, startStrictAws } from './strict-aws/start-strict-aws.ts';

let aws: StrictAws;
before(async () => {
  aws = await startStrictAws();
  Object.assign(process.env, aws.env);
});
after(() => aws.stop());

type Run = ReturnType<typeof commands>;
const fresh = (): Run => commands(createOperator(aws));

const isReading = /^(Describe|Get|List|Filter)|ChangeSet$/;
/** Calls that change something, but for those that only note which step runs: unit tests cut those. */
const isChange = ({ action, params }: RecordedCall) =>
  !isReading.test(action) && !String(params.Name).endsWith('/operation');

/** Runs a command whose process dies at its n-th change, before or after the change took effect. */
async function dieAt(n: number, when: 'before' | 'after', command: (run: Run) => Promise<unknown>) {
  let changes = 0;
  let died: RecordedCall | undefined;
  const stop = aws.control.onCall((call, at) => {
    if (died) throw new Error('The process is dead.');
    if (at === 'before' && isChange(call)) changes += 1;
    if (changes === n && at === when && isChange(call)) {
      died = call;
      throw new Error('The process dies.');
    }
  });
  await command(fresh()).catch((error) => {
    if (!died) throw error;
  });
  stop();
  // What was on its way when the process died is answered before the next one starts.
  await nextTurn();
  return died;
}

async function readFleet(): Promise<FleetStatus> {
  const operator = createOperator(aws);
  // The lock of a process that died grows old.
  await operator.pass(3);
  await commands(operator).status();
  return operator.results[0] as FleetStatus;
}

/** What must be the same, however often the command was interrupted. */
function fingerprint({ live, weights, slots }: FleetStatus) {
  return {
    live: live && { slot: live.slot, canary: live.canary?.slot, previous: live.previous?.slot },
    weights,
    slots: slots.map(({ name, min, desired }) => ({ name, min, desired })),
  };
}

async function continueCommand(command: (run: Run) => Promise<unknown>) {
  const operator = createOperator(aws);
  await operator.pass(3);
  await command(commands(operator));
}

interface Scenario {
  /** Brings the fleet to where the command starts. */
  prepare(run: Run): Promise<unknown>;
  command(run: Run): Promise<unknown>;
}

/** Cuts the command at each of its changes, and runs it again each time. */
async function cutEverywhere({ prepare, command }: Scenario): Promise<number> {
  await prepare(fresh());
  await command(fresh());
  const expected = fingerprint(await readFleet());
  let cuts = 0;
  for (let n = 1; ; n++) {
    for (const when of ['before', 'after'] as const) {
      await prepare(fresh());
      const died = await dieAt(n, when, command);
      if (died === undefined) return cuts;
      cuts += 1;
      const at = `${when} ${died.action} (change ${n})`;
      const status = await readFleet();
      if (status.operation?.state !== 'idle')
        assert.match(
          status.problems.join(' '),
          /stopped at: .*Continue with/,
          `status says nothing of it: ${at}`,
        );
      await continueCommand(command);
      const end = await readFleet();
      assert.deepEqual(fingerprint(end), expected, at);
      assert.deepEqual(end.problems, [], at);
      assert.deepEqual(aws.control.violations, [], at);
    }
  }
}

/** v1 live in slot a, slot b empty, and versions to choose from. */
async function setUp() {
  await aws.reset();
  const run = fresh();
  await run.bake();
  await run.up();
  await run.release(1);
  for (let n = 0; n < 2; n++) await commands(createOperator(aws, {}, n + 1)).bake();
}

/** Back to v1 in slot a alone, whatever was released. */
async function onlyV1(run: Run) {
  const { live } = await readFleet();
  if (live?.canary || live?.version !== 1) await run.rollback();
  await run.gc();
}

const withCanary = async (run: Run) => {
  await onlyV1(run);
  await run.release(2, { bakeTime: 0 });
};
const withWarmSlot = async (run: Run) => {
  await withCanary(run);
  await run.promote();
};

test('release: cut at each change, then run again', async () => {
  await setUp();
  let version = 2;
  const cuts = await cutEverywhere({
    async prepare(run) {
      await onlyV1(run);
      // Slot b held the other one before, so that giving it to a version is a change each time.
      version = version === 2 ? 3 : 2;
    },
    command: (run) => run.release(version, { bakeTime: 0 }),
  });
  assert.ok(cuts >= 12, `${cuts} cuts`);
});

const scenarios: [name: string, Scenario][] = [
  ['promote', { prepare: withCanary, command: (run) => run.promote() }],
  ['rollback to the version before', { prepare: withWarmSlot, command: (run) => run.rollback() }],
  ['gc', { prepare: withWarmSlot, command: (run) => run.gc() }],
];

for (const [name, scenario] of scenarios) {
  test(`${name}: cut at each change, then run again`, async () => {
    await setUp();
    const cuts = await cutEverywhere(scenario);
    assert.ok(cuts >= 4, `${cuts} cuts`);
  });
}

test('release: cut at each change, then undone by a rollback', async () => {
  await setUp();
  for (let n = 1; ; n++) {
    await onlyV1(fresh());
    const version = n % 2 === 0 ? 2 : 3;
    const died = await dieAt(n, 'after', (run) => run.release(version, { bakeTime: 0 }));
    if (died === undefined) break;
    await continueCommand((run) => run.rollback());
    assert.deepEqual(weightsNow(aws), { a: 100 }, `after ${died.action} (change ${n})`);
    assert.deepEqual((await readFleet()).problems, []);
    assert.deepEqual(aws.control.violations, []);
  }
});

test('up, bake and down: cut at each change, then run again', async () => {
  const steps: [string, (run: Run) => Promise<unknown>][] = [
    ['bake', (run) => run.bake()],
    ['up', (run) => run.up()],
    ['bake with a stack', (run) => run.bake()],
    ['release', (run) => run.release(1)],
    ['down', (run) => run.down()],
  ];
  for (const [index, [name, command]] of steps.entries()) {
    if (name === 'release') continue;
    for (let n = 1; ; n++) {
      let died: RecordedCall | undefined;
      for (const when of ['before', 'after'] as const) {
        await aws.reset();
        for (const [, earlier] of steps.slice(0, index)) await earlier(fresh());
        died = await dieAt(n, when, command);
        if (died === undefined) break;
        await continueCommand(command);
        // Whatever was cut, what comes after it works.
        for (const [, later] of steps.slice(index + 1)) await later(fresh());
        assert.deepEqual(aws.control.violations, [], `${name}: ${when} ${died.action} (change ${n})`);
        assert.deepEqual(weightsNow(aws), {}, name);
      }
      if (died === undefined) {
        assert.ok(n > 1, `${name} has changes to cut at`);
        break;
      }
    }
  }
});
