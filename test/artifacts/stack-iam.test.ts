import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { iamDocument } from '../../infra/policies/iam-document.ts';
import { statementsOf } from '../../infra/policies/iam-policies.ts';
import { actionsOfScript, actionsOfSource } from '../../infra/policies/sdk-actions.ts';
import { readTemplate } from '../support/read-template.ts';

const root = path.join(import.meta.dirname, '../..');

function textsBelow(folder: string, wanted: (file: string) => boolean): string[] {
  const absolute = path.join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .sort();
}

const isTypeScript = (file: string) => file.endsWith('.ts');

/** What the role allows for the service, the user data and the scripts of the image; the rest is for AWS's agents. */
const ownStatements = [
  ...['Objects', 'Bucket', 'Records', 'Lists', 'Limits', 'Notices', 'Settings', 'Lifecycle'],
  ...['Codes', 'Sms', 'Senders', 'Mail', 'Speech'],
];

function allowed(sids: string[]): string[] {
  const actions = statementsOf(readTemplate())
    .filter(({ of, sid }) => of.name === 'InstanceRole' && sids.includes(sid))
    .flatMap((statement) => statement.actions);
  return [...new Set(actions)].sort();
}

test('the role of the instances allows what is called on them, and nothing else', () => {
  const called = [
    ...textsBelow('src/platform/aws', isTypeScript).flatMap(actionsOfSource),
    ...[
      ...textsBelow('userdata', (file) => file.endsWith('.sh')),
      ...textsBelow('ami/rootfs', () => true),
    ].flatMap(actionsOfScript),
  ];
  assert.deepEqual(allowed(ownStatements), [...new Set(called)].sort());
});

test('what the agents of AWS get is no more than their guides ask for', () => {
  assert.deepEqual(allowed(['NoticesKey', 'Secrets', 'Metrics', 'Logs', 'GroupName', 'Session']), [
    'cloudwatch:PutMetricData',
    'ec2:DescribeTags',
    'kms:Decrypt',
    'kms:GenerateDataKey',
    'logs:CreateLogStream',
    'logs:DescribeLogStreams',
    'logs:PutLogEvents',
    'ssm:UpdateInstanceInformation',
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ]);
});

test('calls are found in sources and scripts by the names that IAM has for them', () => {
  const source = `
    import { CreateMultipartUploadCommand, HeadBucketCommand, type S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
    import { GetCommand } from '@aws-sdk/lib-dynamodb';
    import { paginateDescribeTargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';
    s3.send(new HeadBucketCommand({})); s3.send(new CreateMultipartUploadCommand({})); new GetCommand({});
    paginateDescribeTargetHealth({}, {});`;
  const found = [
    'dynamodb:GetItem',
    'elasticloadbalancing:DescribeTargetHealth',
    's3:ListBucket',
    's3:PutObject',
  ];
  assert.deepEqual(actionsOfSource(source), found);
  const script =
    '# aws s3 rm\naws autoscaling complete-lifecycle-action --x\ny=$(aws ssm get-parameters-by-path)\n';
  const wrapped = 'hook() {\n  aws autoscaling "$@" --x\n}\nhook record-lifecycle-action-heartbeat || true\n';
  assert.deepEqual(actionsOfScript(wrapped), ['autoscaling:RecordLifecycleActionHeartbeat']);
  assert.deepEqual(actionsOfScript(script), [
    'autoscaling:CompleteLifecycleAction',
    'ssm:GetParametersByPath',
  ]);
});

test('docs/iam.md is what the template and the commands make now: run "npm run generate" after a change', () => {
  const document = iamDocument(readTemplate(), textsBelow('scripts/fleet', isTypeScript));
  assert.equal(readFileSync(path.join(root, 'docs/iam.md'), 'utf8'), document);
});
