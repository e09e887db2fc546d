import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EC2 } from '@aws-sdk/client-ec2';
import { S3 } from '@aws-sdk/client-s3';
import { createCloudFormationStack } from '../../scripts/fleet/aws/cloudformation-stack.ts';
import type { FleetStatus } from '../../scripts/fleet/commands/status.ts';
import { FleetError } from '../../scripts/fleet/fleet-error.ts';
import { tableDefinition } from '../../src/platform/aws/table-definition.ts';
import { commands, weightsNow } from './control-plane/life.ts';
import { createOperator, type Operator } from './control-plane/operator.ts';
import { writeFigures } from './figures.ts';
import { isRead } from './strict-aws/behaviour.ts';
import { type StrictAws, startStrictAws } from './strict-aws/start-strict-aws.ts';

const refuge = 'eu-west-1';

let aws: Awaited<ReturnType<typeof startStrictAws>>;
before(async () => {
  aws = await startStrictAws({ otherRegions: [refuge] });
  Object.assign(process.env, aws.env);
});
after(() => aws.stop());

function clientSettings({ env, endpoint }: StrictAws) {
  const credentials = {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
  };
  return { region: env.AWS_REGION, endpoint, credentials, maxAttempts: 1 };
}

/** What visitors have left: an upload and a record, written as the service does, without the fleet. */
function createVisitors(account: StrictAws, { Bucket = '', Table = '' }: Record<string, string>) {
  const s3 = new S3({ ...clientSettings(account), forcePathStyle: true });
  const dynamoDb = new DynamoDB(clientSettings(account));
  const Key = 'uploads/photo';
  const record = { pk: { S: 'feedback#1' } };
  return {
    /** The bucket and the table as a replication or a restore has made them, before there is a stack. */
    async restore() {
      await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: refuge } });
      await dynamoDb.createTable({ ...tableDefinition(Table), SSESpecification: { Enabled: true } });
      await this.leaveData();
    },
    async leaveData() {
      await s3.putObject({ Bucket, Key, Body: 'the bytes of a photo' });
      await dynamoDb.putItem({ TableName: Table, Item: { ...record, message: { S: 'Thank you' } } });
    },
    async findData() {
      const { Body } = await s3.getObject({ Bucket, Key });
      const { Item } = await dynamoDb.getItem({ TableName: Table, Key: record });
      return { upload: await Body?.transformToString(), message: Item?.message?.S };
    },
    destroy() {
      s3.destroy();
      dynamoDb.destroy();
    },
  };
}

const whatWasLeft = { upload: 'the bytes of a photo', message: 'Thank you' };

/** The outputs that `up` ended with. */
function outputsOf({ results }: Operator): Record<string, string> {
  return (results.at(-1) as { outputs: Record<string, string> }).outputs;
}

async function withLive(options = {}, account: StrictAws = aws) {
  await aws.reset();
  const operator = createOperator(account, options);
  const run = commands(operator);
  await run.bake();
  await run.up();
  const outputs = outputsOf(operator);
  await run.release(1);
  return { operator, run, outputs };
}

/** Counts what happens from here on, in calls: the stand-in has no clock. */
function createCount() {
  const first = aws.control.calls.length;
  return () => {
    const calls = aws.control.calls.slice(first);
    return { calls: calls.length, changing: calls.filter((call) => !isRead(call)).length };
  };
}

/** Breaks the connection, for good, at the first call of that name. */
function breakAt(operator: Operator, action: string, wanted: 'before' | 'after') {
  return aws.control.onCall((call, when) => {
    if (call.action !== action || when !== wanted) return;
    operator.interrupt.abort(new FleetError('Interrupted.'));
    throw new Error('the line is cut');
  });
}

const figures: Record<string, unknown> = {
  note: 'Calls only: the stand-in has no clock, so nothing here tells how long AWS takes.',
};

test('after down, up takes over the data, and the next release serves', async (t) => {
  const { operator, run, outputs } = await withLive();
  const visitors = createVisitors(aws, outputs);
  t.after(() => visitors.destroy());
  await visitors.leaveData();
  await run.down();
  assert.deepEqual(await visitors.findData(), whatWasLeft, 'down leaves it');

  const count = createCount();
  operator.progress.length = 0;
  await run.up();
  assert.ok(
    operator.progress.includes(
      `${resourceCount() - 6} resources are made, and taken over: UploadBucket, SiteBucket, AccessLogBucket, Table, LimitsTable, LogGroup`,
    ),
    operator.progress.join('\n'),
  );
  for (const name of ['Bucket', 'AccessLogBucket', 'SiteBucket', 'Table', 'LimitsTable', 'LogGroup'])
    assert.equal(outputsOf(operator)[name], outputs[name], name);
  await run.release(1);
  assert.deepEqual(weightsNow(aws), { a: 100 });
  assert.deepEqual(await visitors.findData(), whatWasLeft);
  figures.upAgain = { commands: ['up', 'release 1'], ...count() };

  // The stack that took it over is updated, and leaves it, like the one that made it.
  await run.up({ LatencySeconds: '20' });
  await run.down();
  await run.up();
  assert.deepEqual(await visitors.findData(), whatWasLeft);
  assert.deepEqual(aws.control.violations, []);
});

function resourceCount(): number {
  const bodies = aws.control.calls.flatMap(({ params }) => params.TemplateBody ?? []);
  return Object.keys(JSON.parse(bodies.at(-1)).Resources).length;
}

test('an interrupted creation is continued by up, from a proposal that was never carried out as well', async (t) => {
  for (const [action, when] of [
    ['CreateChangeSet', 'after'],
    ['ExecuteChangeSet', 'before'],
    ['ExecuteChangeSet', 'after'],
  ] as const) {
    await t.test(`${when} ${action}`, async () => {
      await aws.reset();
      await commands(createOperator(aws)).bake();
      const interrupted = createOperator(aws);
      const stop = breakAt(interrupted, action, when);
      await assert.rejects(commands(interrupted).up());
      stop();
      const operator = createOperator(aws);
      await commands(operator).up();
      assert.equal(outputsOf(operator).GroupA, 'inlet-prod-a');
      assert.deepEqual(aws.control.violations, []);
    });
  }
});

test('down removes a proposal that was never carried out', async () => {
  await aws.reset();
  await commands(createOperator(aws)).bake();
  const interrupted = createOperator(aws);
  const stop = breakAt(interrupted, 'ExecuteChangeSet', 'before');
  await assert.rejects(commands(interrupted).up());
  stop();
  const operator = createOperator(aws, { takeOver: true });
  await commands(operator).down();
  const cloudFormation = new CloudFormationClient(clientSettings(aws));
  const clock = { now: () => new Date(), sleep: async () => undefined };
  const stack = createCloudFormationStack({ cloudFormation, name: 'inlet-prod', clock });
  assert.equal(await stack.isOnlyProposed(), false);
  assert.equal(await stack.read(), undefined);
  cloudFormation.destroy();
});

test('a creation that fails says why in AWS’s words, and up again goes through', async () => {
  await aws.reset();
  const operator = createOperator(aws);
  const run = commands(operator);
  await run.bake();
  aws.control.failNextStackOperation('The maximum number of VPCs has been reached.');
  await assert.rejects(run.up(), /ROLLBACK_COMPLETE.*The maximum number of VPCs has been reached/s);
  await run.up();
  assert.ok(
    operator.progress.some((text) => text.endsWith('taken over: AccessLogBucket, Table, LimitsTable')),
    'what the rollback could not delete is taken over',
  );
  await run.release(1);
  assert.deepEqual(aws.control.violations, []);
});

test('a refused proposal names the resources and AWS’s reasons', async () => {
  const { run } = await withLive();
  await run.down();
  const cloudFormation = new CloudFormationClient(clientSettings(aws));
  const clock = { now: () => new Date(), sleep: async () => undefined };
  const stack = createCloudFormationStack({ cloudFormation, name: 'inlet-other', clock });
  const body = (DeletionPolicy: string, TableName: unknown) =>
    JSON.stringify({
      Parameters: { Fleet: { Type: 'String', Default: 'prod' } },
      Resources: { Table: { Type: 'AWS::DynamoDB::Table', DeletionPolicy, Properties: { TableName } } },
    });
  const dynamic = { 'Fn::Sub': ['inlet-', '{Fleet}'].join('$') };
  await assert.rejects(
    stack.propose(body('Retain', dynamic), {}),
    /ResourceExistenceCheck.*\n {2}Table \(AWS::DynamoDB::Table\): Resource of type 'AWS::DynamoDB::Table' with identifier 'inlet-prod' already exists\./s,
  );
  await assert.rejects(
    stack.propose(body('Delete', 'inlet-prod'), {}),
    /must have the DeletionPolicy attribute set to 'Retain'.*Table \(\{TableName=inlet-prod\}\)/,
  );
  cloudFormation.destroy();
});

/** An outage at home, with a copy of the image in the other region. Returns what came up there. */
async function comeUpElsewhere(isRestored: boolean) {
  const { outputs } = await withLive();
  const there = aws.seenFrom(refuge);
  const [source = ''] = await imagesOf(aws);
  const restored = {
    Bucket: outputs.Bucket?.replace('prod', 'refuge').replace(aws.env.AWS_REGION, refuge) ?? '',
    Table: 'inlet-refuge',
  };
  const visitors = createVisitors(there, restored);
  const count = createCount();
  // What the operator does with the AWS CLI: aws ec2 copy-image.
  const ec2 = new EC2(clientSettings(there));
  const { ImageId: image = '' } = await ec2.copyImage({
    Name: 'inlet-copy',
    SourceImageId: source,
    SourceRegion: aws.env.AWS_REGION,
    CopyImageTags: true,
  });
  // Roles are the same in all regions, so the fleet needs another name.
  const operator = createOperator(there, { fleet: 'refuge' });
  const run = commands(operator);
  await operator.actions.bake({ arch: 'amd64', image });
  if (isRestored) await visitors.restore();
  await run.up();
  const here = outputsOf(operator);
  await run.release(1);
  const { Images } = await ec2.describeImages({ ImageIds: [image] });
  ec2.destroy();
  return { there, operator, visitors, restored, here, home: outputs, calls: count(), Images };
}

test('a fleet comes up in another region, from a copy of the image', async (t) => {
  const { there, operator, visitors, restored, here, home, calls, Images } = await comeUpElsewhere(false);
  t.after(() => visitors.destroy());
  const commandsGiven = ['aws ec2 copy-image', 'bake --image', 'up', 'release 1'];
  figures.otherRegion = { commands: commandsGiven, ...calls };
  await writeFigures('recovery', figures);

  const latest = there.control.forwardActions().at(-1)?.weights ?? [];
  assert.deepEqual(
    latest.map(({ weight }) => weight),
    [100],
  );
  assert.ok(there.control.instances().length >= 2);
  assert.match(here.Url ?? '', /^http:\/\/inlet-refuge/);
  assert.deepEqual({ Bucket: here.Bucket, Table: here.Table }, restored);
  assert.notEqual(here.Bucket, home.Bucket);
  await assert.rejects(visitors.findData(), { name: 'NoSuchKey' }, 'the data is where it was');

  await operator.actions.status({ history: 0 });
  assert.deepEqual((operator.results.at(-1) as FleetStatus).problems, []);
  assert.match(Images?.[0]?.Tags?.find(({ Key }) => Key === 'inlet:commit')?.Value ?? '', /^[0-9a-f]{40}$/);
  assert.deepEqual(aws.control.violations, []);
});

test('a second fleet of the same name, in another region, is refused before anything is made', async () => {
  await withLive();
  const run = commands(createOperator(aws.seenFrom(refuge)));
  const first = aws.control.calls.length;
  await assert.rejects(
    run.up(),
    /The fleet prod is in eu-central-1, and its role is the same in every region/,
  );
  assert.deepEqual(
    aws.control.calls.slice(first).filter((call) => !isRead(call) && call.service !== 'sts'),
    [],
  );
});

test('a bucket and a table that were restored under the new fleet’s names are taken over', async (t) => {
  const { operator, visitors, restored, here } = await comeUpElsewhere(true);
  t.after(() => visitors.destroy());
  assert.ok(operator.progress.some((text) => text.endsWith('taken over: UploadBucket, Table')));
  assert.deepEqual({ Bucket: here.Bucket, Table: here.Table }, restored);
  assert.deepEqual(await visitors.findData(), whatWasLeft);
  assert.deepEqual(aws.control.violations, []);
});

async function imagesOf(account: StrictAws): Promise<string[]> {
  const ec2 = new EC2(clientSettings(account));
  const { Images = [] } = await ec2.describeImages({
    Filters: [{ Name: 'tag-key', Values: ['inlet:commit'] }],
  });
  ec2.destroy();
  return Images.flatMap(({ ImageId }) => ImageId ?? []);
}
