import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CanaryFailed } from '../../scripts/fleet/commands/release.ts';
import type { FleetStatus } from '../../scripts/fleet/commands/status.ts';
import { explainAwsError } from '../../scripts/fleet/explain-aws-error.ts';
import { FleetError } from '../../scripts/fleet/fleet-error.ts';
import { commands, steadyTraffic, weightsNow } from './control-plane/life.ts';
import { createOperator } from './control-plane/operator.ts';
import { writeFigures, writeTranscript } from './figures.ts';
import { type StrictAws, startStrictAws } from './strict-aws/start-strict-aws.ts';

let aws: StrictAws;
before(async () => {
  aws = await startStrictAws();
  Object.assign(process.env, aws.env);
});
after(() => aws.stop());

const refusal = (pattern: RegExp) => (error: unknown) => {
  const explained = explainAwsError(error);
  assert.ok(explained instanceof FleetError, String(error));
  assert.match(`${explained.message} ${explained.advice}`, pattern);
  return true;
};

/** Everything but reading. Change sets are proposals: they change nothing. */
const isReading = /^(Describe|Get|List|Filter)|ChangeSet$/;
const changesSince = (number: number) =>
  aws.control.calls.filter((call) => call.number > number && !isReading.test(call.action));

async function withLive() {
  await aws.reset();
  const operator = createOperator(aws);
  const run = commands(operator);
  await run.bake();
  await run.up();
  await run.release(1);
  return { operator, run };
}

test('the whole life: up, bake, release, canary, fail, rollback, promote, drain, gc, down', async () => {
  const failing = new Map<number, number>();
  const { operator, run } = await withLive();
  operator.onMinute = steadyTraffic(aws, failing);
  assert.deepEqual(weightsNow(aws), { a: 100 });
  /** A failure as the program prints it. */
  const said = async (command: Promise<unknown>) => {
    await command.catch((error) => {
      operator.transcript.push(`✗ ${error.message}\n  ${error.advice}\n`);
      throw error;
    });
  };

  await run.bake();
  await run.release(2, { step: [50] });
  assert.deepEqual(weightsNow(aws), { a: 50, b: 50 });
  assert.ok(
    operator.progress.some((text) => text.startsWith('pass:')),
    'the judge has passed v2',
  );
  await run.promote();
  assert.deepEqual(weightsNow(aws), { a: 0, b: 100 });

  const before = aws.control.calls.length;
  await run.rollback();
  const [first] = changesSince(before).filter(({ service }) => service !== 'ssm');
  assert.equal(first?.action, 'ModifyRule', 'a rollback to a warm slot is one call');
  assert.deepEqual(weightsNow(aws), { a: 100 });
  await run.release(2);
  await run.promote();

  await run.bake();
  failing.set(3, 0.06);
  await assert.rejects(
    said(run.release(3)),
    (error) => error instanceof CanaryFailed && /v3 failed.*v2/s.test(error.message),
  );
  assert.deepEqual(weightsNow(aws), { b: 100 }, 'a dead canary is not in the rule at all');

  await run.bake();
  aws.control.breakVersion(4, 'boot');
  await assert.rejects(said(run.release(4)), refusal(/v4 do not come up.*fleet logs --version 4/s));
  assert.deepEqual(weightsNow(aws), { b: 100 });

  await run.bake();
  aws.control.breakVersion(5, 'health');
  await assert.rejects(said(run.release(5)), refusal(/does not find v5 healthy/));
  assert.deepEqual(weightsNow(aws), { b: 100 });

  const [victim] = aws.control.instances('inlet-prod-b');
  await run.drain(victim?.id ?? '');
  assert.ok(
    !aws.control
      .instances('inlet-prod-b')
      .some(({ id, state }) => id === victim?.id && state === 'InService'),
  );

  await run.versions();
  await run.status();
  await run.gc(1);
  assert.deepEqual(
    aws.control.instances('inlet-prod-a').filter(({ state }) => state === 'InService'),
    [],
  );
  await run.down();
  assert.deepEqual(aws.control.violations, []);
  await writeTranscript('control-plane', operator.transcript.join(''));
  await writeFigures('control-plane', {
    calls: aws.control.calls.length,
    weightChanges: aws.control.forwardActions().length,
    violations: aws.control.violations.length,
  });
});

test('what cannot be is refused before any call that changes something', async (t) => {
  const { run } = await withLive();
  await run.bake();
  const unchanged = async (attempt: Promise<unknown>, words: RegExp) => {
    const before = aws.control.calls.length;
    await assert.rejects(attempt, refusal(words));
    assert.deepEqual(changesSince(before), []);
  };
  await t.test('an unknown version', () => unchanged(run.release(99), /no version 99/));
  await t.test('a weight of 101', () => unchanged(run.release(2, { canary: 101 }), /101 is not a weight/));
  await t.test('a region that differs from the stack’s', () =>
    unchanged(
      commands(createOperator(aws, { region: 'eu-west-1' })).release(2),
      /no stack inlet-prod in eu-west-1; it is in eu-central-1.*AWS_REGION=eu-central-1/s,
    ),
  );
  await t.test('expired credentials', async () => {
    aws.control.expireCredentials();
    await unchanged(run.release(2), /expired.*Sign in again/s);
    aws.control.expireCredentials(false);
  });
  await t.test('a broken chain of timeouts', async () => {
    const operator = createOperator(aws);
    await unchanged(
      commands(operator).up({ IdleTimeout: '70' }),
      /timeouts.*INLET_LB_IDLE_SECONDS \(70\) must be less than INLET_KEEP_ALIVE_SECONDS \(65\)/s,
    );
  });
  await t.test('a canary while another runs', async () => {
    await run.release(2, { bakeTime: 0 });
    await run.bake();
    await unchanged(run.release(3), /v2 is a canary already/);
    await run.rollback();
  });
  await t.test('another command after one that stopped half-way', async () => {
    const operator = createOperator(aws);
    const stop = aws.control.onCall(({ action }, when) => {
      if (action === 'ModifyRule' && when === 'before')
        operator.interrupt.abort(new FleetError('Interrupted.'));
    });
    await assert.rejects(commands(operator).release(2));
    stop();
    await assert.rejects(run.release(3), refusal(/`release 2`.*stopped half-way.*Continue.*undo/s));
    await run.rollback();
    assert.deepEqual(weightsNow(aws), { a: 100 });
  });
  assert.deepEqual(aws.control.violations, []);
});

/** Certificate Manager has no client here; the stand-in asks only which service a request is signed for. */
async function requestCertificate(): Promise<string> {
  const answer = await fetch(aws.endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'CertificateManager.RequestCertificate',
      Authorization: `AWS4-HMAC-SHA256 Credential=rehearsal/20260101/eu-central-1/acm/aws4_request`,
    },
    body: JSON.stringify({ DomainName: 'api.example.org' }),
  });
  const { CertificateArn } = (await answer.json()) as { CertificateArn?: string };
  assert.ok(CertificateArn);
  return CertificateArn;
}

test('an update of the stack while a canary runs leaves the weights, the versions and the sizes as they are', async () => {
  const { operator, run } = await withLive();
  await run.bake();
  await run.release(2, { bakeTime: 0 });
  const before = operator.results.at(-1) as FleetStatus;
  const rules = aws.control.forwardActions().length;
  await run.up({ MaxSize: '12' });
  await run.status();
  const { slots, weights } = operator.results.at(-2) as FleetStatus;
  assert.equal(aws.control.forwardActions().length, rules);
  assert.deepEqual(weights, { a: 80, b: 20 });
  const shape = ({ name, version, min, desired, instances }: (typeof slots)[number]) => ({
    name,
    version,
    min,
    desired,
    ids: instances.map(({ id }) => id),
  });
  assert.deepEqual(slots.map(shape), before.slots.map(shape));
  assert.deepEqual(
    slots.map(({ max }) => max),
    [12, 12],
  );
  assert.deepEqual(aws.control.violations, []);
});

test('a live fleet that gets a certificate serves on, and its weights move to the listener for HTTPS', async () => {
  const { run } = await withLive();
  const before = aws.control.forwardActions().length;
  const certificate = await requestCertificate();
  await run.up({ CertificateArn: certificate });
  const [written, taken, ...more] = aws.control.forwardActions().slice(before);
  assert.deepEqual([written?.action, taken?.action, more], ['CreateRule', 'DeleteRule', []]);
  assert.notEqual(written?.rule, taken?.rule);
  assert.equal(written?.weights[0]?.weight, 100);
  assert.deepEqual(taken?.weights, [], 'the rule on the listener for HTTP is gone, so that it redirects');
  assert.deepEqual(aws.control.violations, []);
});

test('the weights move to the listener for HTTPS also when `up` was cut while the stack changed', async () => {
  const { run } = await withLive();
  const certificate = await requestCertificate();
  let isCut = false;
  const stop = aws.control.onCall(({ action }, when) => {
    if (isCut) throw new Error('The process is dead.');
    isCut = action === 'ExecuteChangeSet' && when === 'after';
  });
  await assert.rejects(run.up({ CertificateArn: certificate }));
  stop();
  const before = aws.control.forwardActions().length;
  const again = createOperator(aws);
  await again.pass(3);
  await commands(again).up({ CertificateArn: certificate });
  const written = aws.control.forwardActions().slice(before);
  assert.deepEqual(
    written.map(({ action }) => action),
    ['CreateRule', 'DeleteRule'],
  );
  assert.equal(written[0]?.weights[0]?.weight, 100);
  assert.deepEqual(aws.control.violations, []);
});

test('what instances log is shown in order, and followed without a line twice', async () => {
  const { operator } = await withLive();
  const logs = new CloudWatchLogsClient({ region: 'eu-central-1', endpoint: aws.endpoint });
  const put = async (stream: string, ...messages: string[]) => {
    const at = { logGroupName: '/inlet/prod', logStreamName: stream };
    await logs.send(new CreateLogStreamCommand(at)).catch(() => undefined);
    const now = Date.now();
    const logEvents = messages.map((message, index) => ({ message, timestamp: now - 60_000 + index }));
    await logs.send(new PutLogEventsCommand({ ...at, logEvents }));
  };
  await put('i-1/inlet', 'one', 'two');
  await put('i-2/inlet', 'three');
  const said = () => operator.results.flatMap((data) => (data as { text?: string }).text ?? []);
  await operator.actions.logs({ since: 900_000, follow: false });
  assert.deepEqual(said(), ['one', 'two', 'three']);
  await operator.actions.logs({ since: 900_000, follow: false, instance: 'i-1', version: 8 });
  const { params } =
    aws.control.calls.findLast(({ action }) => action === 'FilterLogEvents') ?? assert.fail();
  assert.deepEqual([params.logStreamNamePrefix, params.filterPattern], ['i-1', '{ $.release = "v8" }']);

  operator.results.length = 0;
  let looks = 0;
  const stop = aws.control.onCall(async ({ action }, when) => {
    if (action !== 'FilterLogEvents' || when === 'after') return;
    looks += 1;
    if (looks === 3) await put('i-3/inlet', 'four');
    if (looks === 6) operator.interrupt.abort(new FleetError('Interrupted.'));
  });
  await assert.rejects(operator.actions.logs({ since: 900_000, follow: true }));
  stop();
  logs.destroy();
  assert.deepEqual(said().toSorted(), ['four', 'one', 'three', 'two']);
});

test('throttling is waited out', async () => {
  const { run } = await withLive();
  await run.bake();
  aws.control.throttle(1);
  await run.release(2, { bakeTime: 0 });
  assert.deepEqual(weightsNow(aws), { a: 80, b: 20 });
});

test('the program itself: exit codes, JSON, and a refusal without a terminal', async () => {
  await withLive();
  const fleet = async (...args: string[]) => {
    const env = { ...process.env, ...aws.env, AWS_MAX_ATTEMPTS: '2' };
    return promisify(execFile)(process.execPath, ['scripts/fleet.ts', ...args], { env }).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );
  };
  const status = await fleet('--json', 'status');
  assert.equal(status.code, 0);
  const { event, data } = JSON.parse(status.stdout);
  assert.equal(event, 'result');
  assert.deepEqual(data.weights, { a: 100 });
  assert.deepEqual(data.problems, []);

  const unknown = await fleet('release', '99');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stdout, /✗ There is no version 99\.\n {2}See `fleet versions`\./);

  const latest = await fleet('release', '$Latest');
  assert.equal(latest.code, 2);
  assert.match(latest.stderr, /\$Latest/);

  const unasked = await fleet('down');
  assert.equal(unasked.code, 1);
  assert.match(unasked.stdout, /Nobody is there to say yes/);
});
