import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { composeKeys } from '../../src/compose/compose-keys.ts';
import { scopes } from '../../src/keys/key-store.ts';
import { openAwsPlatform } from '../../src/platform/aws/open-aws-platform.ts';
import { type AwsStandIn, startAwsStandIn } from '../support/aws-stand-in.ts';
import { feedbackClient, receiptOf } from '../support/feedback-client.ts';
import { openAndSolve } from '../support/open-form.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';

describe('quarantine on AWS, with two instances', { timeout: 100_000 }, () => {
  let standIn: AwsStandIn;
  let instances: Inlet[] = [];
  let clients: ReturnType<typeof feedbackClient>[];

  before(async () => {
    standIn = await startAwsStandIn();
    const clock = () => new Date();
    const options = { clock, log: { warn() {} }, env: standIn.env };
    const platform = await openAwsPlatform(standIn.config, options);
    const { secret: key } = await composeKeys(platform, clock).create('test', [...scopes]);
    await platform.close();
    const env = Object.fromEntries(
      Object.entries(standIn.env).filter((entry): entry is [string, string] => Boolean(entry[1])),
    );
    const settings = {
      ...env,
      INLET_METRICS_HOST: '127.0.0.1',
      INLET_SPAM_CHECKS: 'on',
      INLET_FORM_MIN_SECONDS: '0',
      INLET_POW_COST: '50',
      INLET_RELAY_SWEEP_SECONDS: '1',
    };
    instances = await Promise.all([startInlet(settings), startInlet(settings)]);
    clients = instances.map(({ fetch }) => feedbackClient({ fetch, key }));
  });
  after(async () => {
    for (const inlet of instances) await inlet.stop();
    await standIn?.stop();
  });

  const client = (n: number) => clients[n % clients.length] ?? assert.fail();
  const instance = (n: number) => instances[n % instances.length] ?? assert.fail();
  const send = async (n: number, body: object) => (await receiptOf(await client(n).sendJson(body))).id;

  it('tells of it once, though both release it at once', async () => {
    const held: string[] = [];
    for (let n = 0; n < 5; n++) held.push(await send(n, { message: `Held ${n}` }));
    for (const id of held) assert.equal((await client(0).get(id)).status, 'quarantined');
    const [released = '', ...others] = held;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        client(n).asAdmin(`/v1/feedback/${released}/release`, { method: 'POST' }),
      ),
    );
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      await answer.body?.cancel();
    }
    await until(async () => (await client(1).get(released)).delivery.state === 'delivered' || undefined);
    // What is sent after it is the second message, so there is no other of the first.
    const ticket = await openAndSolve(instance(0));
    const passed = await send(1, { message: 'Not held', ...ticket });
    const messages = await standIn.messages(2);
    assert.deepEqual(
      messages.map(({ data }) => (data as { id: string }).id).toSorted(),
      [released, passed].toSorted(),
    );
    assert.equal((await client(0).get(released)).delivery.tries, 1);
    for (const id of others) assert.equal((await client(0).get(id)).delivery.state, 'held');
  });

  it('takes a solution once, whichever instance opened the form and however many get it', async () => {
    const ticket = await openAndSolve(instance(0));
    const ids = await Promise.all(
      Array.from({ length: 10 }, (_, n) => send(n, { message: `Copy ${n}`, ...ticket })),
    );
    const records = await Promise.all(ids.map((id) => client(0).get(id)));
    const reasons = records.map(({ suspicions }) => suspicions.join()).toSorted();
    assert.deepEqual(reasons, ['', ...new Array(9).fill('proof_of_work_reused')]);
  });
});
