import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { composeKeys } from '../../src/compose/compose-keys.ts';
import { scopes } from '../../src/keys/key-store.ts';
import { openAwsPlatform } from '../../src/platform/aws/open-aws-platform.ts';
import type { AwsAccount } from '../support/aws-account.ts';
import { type AwsStandIn, startAwsStandIn } from '../support/aws-stand-in.ts';
import { type BreakingProxy, type Fate, startBreakingProxy } from '../support/breaking-proxy.ts';
import { assertProblem } from '../support/checks.ts';
import { feedbackClient, formData, receiptOf } from '../support/feedback-client.ts';
import { jpeg } from '../support/samples.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';

type Service = 'S3' | 'DYNAMODB' | 'SNS';
const services: Service[] = ['S3', 'DYNAMODB', 'SNS'];

const idOf = ({ data }: { data: unknown }) => (data as { id: string }).id;

describe('on AWS, while something is down', { timeout: 100_000 }, () => {
  let standIn: AwsStandIn;
  let account: AwsAccount;
  let proxies: BreakingProxy[];
  let inlet: Inlet;
  let key: string;
  /** What becomes of the requests to each service. */
  const fates: Record<Service, (target: string | undefined) => Fate> = {
    S3: () => 'pass',
    DYNAMODB: () => 'pass',
    SNS: () => 'pass',
  };

  before(async () => {
    standIn = await startAwsStandIn();
  });
  after(() => standIn.stop());

  beforeEach(async () => {
    const endpoints: Record<string, string> = {};
    proxies = [];
    for (const service of services) {
      fates[service] = () => 'pass';
      const target = standIn.env[`AWS_ENDPOINT_URL_${service}`] ?? '';
      const proxy = await startBreakingProxy(target, ({ headers }) =>
        fates[service](headers['x-amz-target']?.toString()),
      );
      proxies.push(proxy);
      endpoints[`AWS_ENDPOINT_URL_${service}`] = proxy.url;
    }
    account = await standIn.another(endpoints);
    key = await administratorsKey();
  });
  afterEach(async () => {
    await inlet.stop();
    for (const proxy of proxies) await proxy.stop();
  });

  async function administratorsKey(): Promise<string> {
    const clock = () => new Date();
    const platform = await openAwsPlatform(account.config, { clock, log: { warn() {} }, env: account.env });
    const { secret } = await composeKeys(platform, clock).create('test', [...scopes]);
    await platform.close();
    return secret;
  }

  async function start(env: Record<string, string> = {}) {
    const settings = Object.entries(account.env).filter((entry): entry is [string, string] =>
      Boolean(entry[1]),
    );
    inlet = await startInlet({
      ...Object.fromEntries(settings),
      INLET_METRICS_HOST: '127.0.0.1',
      INLET_RELAY_SWEEP_SECONDS: '1',
      INLET_RELAY_LEASE_SECONDS: '3',
      ...env,
    });
    return feedbackClient({ fetch: inlet.fetch, key });
  }

  async function waitingInQueue(): Promise<number> {
    const { QueueUrl } = await account.sqs.send(
      new GetQueueUrlCommand({ QueueName: account.env.INLET_BUCKET }),
    );
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await account.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
    );
    return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  }

  const sendMany = async (client: ReturnType<typeof feedbackClient>, count: number) => {
    const answers = await Promise.all(
      Array.from({ length: count }, (_, n) => client.sendJson({ message: `Message ${n}` })),
    );
    return (await Promise.all(answers.map(receiptOf))).map(({ id }) => id);
  };

  it('takes feedback while the topic is away, and tells of each once when it is back', async () => {
    fates.SNS = () => 'drop';
    const client = await start();
    const ids = await sendMany(client, 50);
    await until(
      async () => (await inlet.metric('inlet_notifications_total', { outcome: 'failed' })) >= 50 || undefined,
    );
    await until(async () => (await inlet.metric('inlet_outbox_depth')) === 50 || undefined);
    assert.equal(await waitingInQueue(), 0);

    fates.SNS = () => 'pass';
    const messages = await account.messages(50);
    assert.deepEqual(messages.map(idOf).toSorted(), ids.toSorted());
    const records = await until(async () => {
      const all = await client.all();
      return all.every(({ delivery }) => delivery.state === 'delivered') ? all : undefined;
    });
    for (const { delivery } of records) {
      const outcomes = delivery.attempts.map(({ outcome }) => outcome);
      assert.ok(outcomes.length > 1);
      assert.deepEqual(
        outcomes.filter((outcome) => outcome === 'delivered'),
        ['delivered'],
      );
    }
    assert.equal(await waitingInQueue(), 0);
    await until(async () => (await inlet.metric('inlet_outbox_depth')) === 0 || undefined);
  });

  it('takes nothing while the table is away, and says when to come back', async () => {
    const client = await start();
    fates.DYNAMODB = () => 'drop';
    for (const body of [
      () => client.sendJson({ message: 'Hi' }),
      () => client.sendJson({ message: 'Hi' }, { 'Idempotency-Key': randomUUID() }),
      () => client.post(formData([['message', 'Hi']], [['a.jpg', jpeg()]])),
    ]) {
      const answer = await body();
      await assertProblem(inlet, answer, 'POST /v1/feedback', 'store_unavailable');
      assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
    }
    const upload = await inlet.fetch('/v1/uploads?name=a.jpg', { method: 'POST', body: jpeg() });
    await assertProblem(inlet, upload, 'POST /v1/uploads', 'store_unavailable');
    fates.DYNAMODB = () => 'pass';
    assert.deepEqual(await client.all(), []);
    assert.deepEqual(await account.contents(), []);
    assert.equal(await waitingInQueue(), 0);
  });

  it('keeps feedback and its attachment once, and tells of it once, when the table’s answer gets lost', async () => {
    const client = await start();
    let lost = 0;
    const putsFeedback = (target: string | undefined) => target?.endsWith('.PutItem') && lost++ === 1;
    fates.DYNAMODB = (target) => (putsFeedback(target) ? 'drop-answer' : 'pass');
    const content = jpeg(5000);
    const { id } = await receiptOf(await client.post(formData([['message', 'Hi']], [['a.jpg', content]])));
    assert.ok(lost > 2, 'the record was put again');
    const [message] = await account.messages(1);
    assert.equal(message && idOf(message), id);
    const [upload] = (await client.get(id)).uploads;
    const download = await client.asAdmin(`/v1/uploads/${upload}/content`);
    assert.equal(download.status, 200);
    assert.deepEqual(new Uint8Array(await download.arrayBuffer()), content);
    await until(async () => (await client.get(id)).delivery.state === 'delivered' || undefined);
    assert.equal(await waitingInQueue(), 0);
  });

  it('takes no file while S3 is away, but feedback without one', async () => {
    const client = await start();
    fates.S3 = () => 'drop';
    const upload = await inlet.fetch('/v1/uploads?name=a.jpg', { method: 'POST', body: jpeg() });
    await assertProblem(inlet, upload, 'POST /v1/uploads', 'store_unavailable');
    assert.match(upload.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
    const attached = await client.post(formData([['message', 'Hi']], [['a.jpg', jpeg()]]));
    await assertProblem(inlet, attached, 'POST /v1/feedback', 'store_unavailable');
    const { id } = await receiptOf(await client.sendJson({ message: 'Without a file' }));
    fates.S3 = () => 'pass';
    assert.deepEqual(
      (await client.all()).map((each) => each.id),
      [id],
    );
    assert.deepEqual(await account.contents(), []);
    assert.deepEqual(await (await client.asAdmin('/v1/uploads')).json(), { items: [], nextCursor: null });
  });

  it('drains in time although the topic hangs, and the next process tells of everything', async () => {
    const sockets: Socket[] = [];
    const hanging = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
    const client = await start({ AWS_ENDPOINT_URL_SNS: url, INLET_DRAIN_SECONDS: '1' });
    const ids = await sendMany(client, 5);
    inlet.kill('SIGTERM');
    assert.equal(await inlet.exited, 1);
    await inlet.stop();
    for (const socket of sockets) socket.destroy();
    hanging.close();

    await start();
    const messages = await account.messages(5);
    assert.deepEqual(messages.map(idOf).toSorted(), ids.toSorted());
  });
});
