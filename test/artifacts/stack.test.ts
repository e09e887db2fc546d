import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { mostTemplateBytes, templateBytes, templateFits } from '../../infra/policies/size.ts';
import { stackPolicies } from '../../infra/policies/stack-policies.ts';
import { at, type Properties, resourcesOf, type Template } from '../../infra/policies/template.ts';
import { nameProperties, templateBody } from '../../infra/policies/template-body.ts';
import { timeoutsFit } from '../../infra/policies/timeouts.ts';
import { settings } from '../../src/settings.ts';
import { readTemplate } from '../support/read-template.ts';

const root = path.join(import.meta.dirname, '../..');
const defaults = settings.aws.parse({
  INLET_PLATFORM: 'aws',
  AWS_REGION: 'eu-central-1',
  INLET_BUCKET: 'b',
  INLET_TABLE: 't',
  INLET_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:t',
  INLET_LINK_SECRETS: 's'.repeat(32),
});

function policy(name: string, template: Template): string[] {
  if (name === 'timeoutsFit') return timeoutsFit(template, defaults);
  return stackPolicies[name]?.(template) ?? assert.fail(`no policy ${name}`);
}

for (const name of [...Object.keys(stackPolicies), 'timeoutsFit']) {
  test(`the template keeps to ${name}`, () => {
    assert.deepEqual(policy(name, readTemplate()), []);
  });
}

test('the template fits into a request as it is sent, with the user data', () => {
  const template = readTemplate();
  assert.deepEqual(templateFits(template), []);
  const { RegionSetting: padded } = template.Resources;
  assert.ok(padded);
  const room = mostTemplateBytes - templateBytes(template) - ',"Metadata":{"x":""}'.length;
  padded.Metadata = { x: 'x'.repeat(room) };
  assert.deepEqual(templateFits(template), []);
  padded.Metadata = { x: 'x'.repeat(room + 1) };
  assert.match(templateFits(template)[0] ?? '', /has 51201 bytes/);
});

test('what is sent says the same as the file, and names what outlives a stack without a function', () => {
  assert.deepEqual(JSON.parse(templateBody(readTemplate())), readTemplate());
  const known = { Fleet: 'prod', 'AWS::AccountId': '123456789012', 'AWS::Region': 'eu-central-1' };
  const { Resources } = JSON.parse(templateBody(readTemplate(), known)) as Template;
  const names = resourcesOf({ ...readTemplate(), Resources }, ...Object.keys(nameProperties)).map(
    ({ type, properties }) => properties[nameProperties[type] ?? ''],
  );
  assert.deepEqual(names, [
    'inlet-prod-uploads-123456789012-eu-central-1',
    'inlet-prod-site-123456789012-eu-central-1',
    'inlet-prod-logs-123456789012-eu-central-1',
    'inlet-prod',
    'inlet-prod-limits',
    '/inlet/prod',
  ]);
  const halfKnown = JSON.parse(templateBody(readTemplate(), { Fleet: 'prod' })) as Template;
  assert.deepEqual(
    halfKnown.Resources.UploadBucket?.Properties?.BucketName,
    readTemplate().Resources.UploadBucket?.Properties?.BucketName,
    'half a name is none',
  );
});

test('the program prints what is sent, for use by hand', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(root, 'scripts/template-body.ts'), ...args], { encoding: 'utf8' });
  assert.equal(run().stdout, `${templateBody(readTemplate())}\n`);
  assert.match(run('Fleet=shop').stdout, /"TableName":"inlet-shop-limits"/);
  const refused = run('Fleet');
  assert.deepEqual([refused.status, refused.stdout], [2, '']);
  assert.match(refused.stderr, /"Fleet" is not Name=Value/);
});

/** What is broken in a copy of the template, and what the policy says of it. */
const mutations: [string, (get: (name: string) => Properties, template: Template) => void, RegExp][] = [
  [
    'noWildcardActions',
    (get) => Object.assign(statement(get('InstanceRole'), 'Lists'), { Action: 'dynamodb:*' }),
    /Lists: allows the wildcard action dynamodb:\*/,
  ],
  [
    'noWildcardActions',
    (get) => Object.assign(statement(get('InstanceRole'), 'Lists'), { NotAction: 'iam:PassRole' }),
    /NotAction allows everything but/,
  ],
  [
    'wildcardResourcesHaveReasons',
    (get) => Object.assign(statement(get('InstanceRole'), 'Records'), { Resource: '*' }),
    /Records: a wildcard without a written reason/,
  ],
  [
    'wildcardResourcesHaveReasons',
    (_, template) => {
      delete template.Resources.InstanceRole?.Metadata;
    },
    /Session: a wildcard without/,
  ],
  [
    'wildcardResourcesHaveReasons',
    (_, template) => {
      delete template.Resources.SiteBucketPolicy?.Metadata;
    },
    /SiteBucketPolicy, statement Distribution/,
  ],
  [
    'reasonsAreNeeded',
    (get) => Object.assign(statement(get('InstanceRole'), 'Metrics'), { Resource: 'arn:aws:x' }),
    /a reason for Metrics, which has no wildcard/,
  ],
  [
    'openPrincipalsAreConditional',
    (get) => {
      delete keyStatement(get('Key'), 'AutoScaling').Condition;
    },
    /AutoScaling: anybody, without a condition/,
  ],
  [
    'onlyTheLoadBalancerIsOpen',
    (get) =>
      Object.assign(get('InstanceGroup'), {
        SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 3000, ToPort: 3000, CidrIp: '0.0.0.0/0' }],
      }),
    /InstanceGroup: lets addresses in/,
  ],
  [
    'onlyTheLoadBalancerIsOpen',
    (get) => {
      const rule = get('MetricsFromMonitoring');
      delete rule.SourceSecurityGroupId;
      rule.CidrIpv6 = '::/0';
    },
    /MetricsFromMonitoring: lets addresses in/,
  ],
  [
    'onlyTheLoadBalancerIsOpen',
    (get) =>
      Object.assign(get('LoadBalancerGroup'), {
        SecurityGroupIngress: [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }],
      }),
    /opens port 0 to 65535 of the load balancer/,
  ],
  [
    'noSsh',
    (get) => Object.assign(get('NodeFromMonitoring'), { FromPort: 20, ToPort: 30 }),
    /NodeFromMonitoring: opens port 22/,
  ],
  ['noSsh', (get) => Object.assign(launch(get('LaunchTemplate')), { KeyName: 'me' }), /names an SSH key/],
  [
    'egressIsNamed',
    (get) => {
      delete get('InstanceGroup').SecurityGroupEgress;
    },
    /InstanceGroup: allows every connection outwards/,
  ],
  [
    'dataIsRetained',
    (_, template) => {
      delete template.Resources.Table?.DeletionPolicy;
    },
    /Table: goes with the stack/,
  ],
  [
    'dataIsRetained',
    (_, template) => {
      delete template.Resources.UploadBucket?.UpdateReplacePolicy;
    },
    /UploadBucket: goes when it is replaced/,
  ],
  [
    'dataIsRetained',
    (get) => {
      delete get('LogGroup').LogGroupName;
    },
    /LogGroup: has no name/,
  ],
  [
    'rollbacksSucceed',
    (_, template) => Object.assign(template.Resources.LogGroup as object, { DeletionPolicy: 'Retain' }),
    /LogGroup: a creation that fails leaves it behind/,
  ],
  ...['Table', 'AccessLogBucket'].map((name): (typeof mutations)[number] => [
    'rollbacksSucceed',
    (_, template) =>
      Object.assign(template.Resources[name] as object, { DeletionPolicy: 'RetainExceptOnCreate' }),
    new RegExp(`${name}: the rollback of a creation could not delete it`),
  ]),
  [
    'everythingIsEncrypted',
    (get) => {
      delete get('SiteBucket').BucketEncryption;
    },
    /SiteBucket: is not encrypted/,
  ],
  [
    'everythingIsEncrypted',
    (get) => {
      delete get('LimitsTable').SSESpecification;
    },
    /LimitsTable: is not encrypted/,
  ],
  [
    'everythingIsEncrypted',
    (get) => Object.assign(get('Topic'), { KmsMasterKeyId: 'alias/aws/sns' }),
    /Topic: has no key of the stack/,
  ],
  [
    'everythingIsEncrypted',
    (get) =>
      Object.assign(launch(get('LaunchTemplate')), { BlockDeviceMappings: [{ Ebs: { Encrypted: false } }] }),
    /a volume that is not encrypted/,
  ],
  [
    'bucketsAreClosed',
    (get) => {
      delete get('UploadBucket').PublicAccessBlockConfiguration;
    },
    /UploadBucket: may become public/,
  ],
  [
    'bucketsAreClosed',
    (get) => {
      delete get('UploadBucket').OwnershipControls;
    },
    /UploadBucket: takes ACLs/,
  ],
  [
    'bucketsAreClosed',
    (get) => {
      delete get('SiteBucket').LifecycleConfiguration;
    },
    /SiteBucket: keeps open uploads/,
  ],
  [
    'bucketsAreClosed',
    (_, template) => {
      delete template.Resources.AccessLogBucketPolicy;
    },
    /AccessLogBucket: answers without TLS/,
  ],
  [
    'tablesAreSafe',
    (get) => Object.assign(get('Table'), { DeletionProtectionEnabled: false }),
    /Table: can be deleted/,
  ],
  [
    'tablesAreSafe',
    (get) => {
      delete get('Table').PointInTimeRecoverySpecification;
    },
    /Table: cannot go back/,
  ],
  [
    'tablesAreSafe',
    (get) => {
      delete get('LimitsTable').TimeToLiveSpecification;
    },
    /LimitsTable: never expires/,
  ],
  [
    'tablesAreSafe',
    (get) => Object.assign(get('Table'), { BillingMode: 'PROVISIONED' }),
    /Table: has a fixed capacity/,
  ],
  [
    'metadataIsGuarded',
    (get) =>
      Object.assign(launch(get('LaunchTemplate')).MetadataOptions as object, { HttpTokens: 'optional' }),
    /takes IMDSv1/,
  ],
  [
    'metadataIsGuarded',
    (get) =>
      Object.assign(launch(get('LaunchTemplate')).MetadataOptions as object, { HttpPutResponseHopLimit: 2 }),
    /hop limit other than 1/,
  ],
  [
    'instancesHaveRole',
    (get) => {
      delete launch(get('LaunchTemplate')).IamInstanceProfile;
    },
    /LaunchTemplate: has no instance profile/,
  ],
  [
    'slotsBelongToReleases',
    (get) => Object.assign(get('GroupA'), { DesiredCapacity: 2 }),
    /GroupA: sets DesiredCapacity/,
  ],
  [
    'slotsBelongToReleases',
    (get) =>
      Object.assign(get('GroupB').LaunchTemplate as object, {
        Version: { 'Fn::GetAtt': ['LaunchTemplate', 'LatestVersionNumber'] },
      }),
    /GroupB: runs a version that the releases/,
  ],
  ['slotsBelongToReleases', (get) => Object.assign(get('GroupB'), { MinSize: 1 }), /GroupB: has a MinSize/],
  [
    'slotsBelongToReleases',
    (_, template) =>
      Object.assign(template.Resources.GroupA as object, { UpdatePolicy: { AutoScalingRollingUpdate: {} } }),
    /replaces instances/,
  ],
  [
    'slotsBelongToReleases',
    (get) => Object.assign(get('GroupA'), { Tags: [] }),
    /does not pass on the tag inlet:slot/,
  ],
  [
    'timeoutsFit',
    (_, template) => Object.assign(template.Parameters.IdleTimeout as object, { Default: 65 }),
    /INLET_LB_IDLE_SECONDS \(65\) must be less than/,
  ],
  [
    'timeoutsFit',
    (_, template) => Object.assign(template.Parameters.TerminationHeartbeat as object, { Default: 120 }),
    /INLET_STOP_SECONDS \(150\) must not be more than/,
  ],
  [
    'timeoutsFit',
    (_, template) => Object.assign(template.Parameters.DeregistrationDelay as object, { Default: 60 }),
    /INLET_TERMINATION_HOOK_SECONDS \(300\) must not be more/,
  ],
  [
    'timeoutsFit',
    (get) => Object.assign(get('IdleSetting'), { Value: 50 }),
    /idle timeout is 60, but the instances are told 50/,
  ],
  [
    'timeoutsFit',
    (get) => Object.assign(get('TargetGroupB'), { HealthCheckIntervalSeconds: 10 }),
    /TargetGroupB: a draining service is noticed after 20 s/,
  ],
  [
    'timeoutsFit',
    (get) =>
      Object.assign((get('GroupA').LifecycleHookSpecificationList as object[])[0] ?? {}, {
        DefaultResult: 'CONTINUE',
      }),
    /GroupA: a failed launch is kept/,
  ],
  [
    'timeoutsFit',
    (get) =>
      (get('TargetGroupA').TargetGroupAttributes as object[]).push({
        Key: 'load_balancing.algorithm.type',
        Value: 'least_outstanding_requests',
      }),
    /slow start works with round robin only/,
  ],
];

function launch(properties: Properties): Properties {
  return properties.LaunchTemplateData as Properties;
}

function inDocument(document: unknown, sid: string): Properties {
  const statements = at(document as Properties, 'Statement') as Properties[];
  return statements.find(({ Sid }) => Sid === sid) ?? assert.fail(`no statement ${sid}`);
}

function statement(role: Properties, sid: string): Properties {
  return inDocument((role.Policies as Properties[])[0]?.PolicyDocument, sid);
}

function keyStatement(key: Properties, sid: string): Properties {
  return inDocument(key.KeyPolicy, sid);
}

test('each policy notices when the template breaks it', async (t) => {
  for (const [name, breakIt, complaint] of mutations) {
    await t.test(`${name}: ${complaint.source}`, () => {
      const template = readTemplate();
      breakIt((resource) => template.Resources[resource]?.Properties ?? assert.fail(resource), template);
      assert.match(policy(name, template).join('\n'), complaint);
    });
  }
  const untried = Object.keys(stackPolicies).filter((name) => !mutations.some(([tried]) => tried === name));
  assert.deepEqual(untried, []);
});

test('the tables are those that the service is tested with', () => {
  const { Resources } = readTemplate();
  for (const [file, resource, expiry] of [
    ['infra/table.json', 'Table', 'expiresAt'],
    ['infra/limits-table.json', 'LimitsTable', 'expire'],
  ] as const) {
    const { TableName: _, ...definition } = JSON.parse(readFileSync(path.join(root, file), 'utf8'));
    const properties = Resources[resource]?.Properties ?? {};
    const same = Object.fromEntries(Object.keys(definition).map((key) => [key, properties[key]]));
    assert.deepEqual(same, definition);
    assert.equal(at(properties, 'TimeToLiveSpecification', 'AttributeName'), expiry);
  }
});

test('the settings that the stack writes are settings of the service', () => {
  const known = new Set(Object.keys(settings.aws.shape));
  const written = Object.values(readTemplate().Resources)
    .filter(({ Type }) => Type === 'AWS::SSM::Parameter')
    .map(({ Properties }) => String(at(Properties?.Name, 'Fn::Sub')).replace(/^.*\/env\//, ''));
  assert.deepEqual(
    written.filter((name) => !known.has(name)),
    [],
  );
  const needed = Object.entries(settings.aws.shape)
    .filter(([, schema]) => !schema.safeParse(undefined).success)
    .map(([name]) => name);
  // The one secret is no business of a template.
  assert.deepEqual(
    needed.filter((name) => !written.includes(name)),
    ['INLET_LINK_SECRETS'],
  );
});

test('the outputs are those that the fleet commands read', () => {
  const names =
    'ListenerArn LoadBalancerArn LoadBalancerFullName LoadBalancerDns TargetGroupA TargetGroupB TargetGroupAFullName ' +
    'TargetGroupBFullName GroupA GroupB LaunchTemplateId LaunchTemplateVersion Bucket AccessLogBucket SiteBucket Table ' +
    'LimitsTable TopicArn OperationsTopicArn LogGroup Url';
  assert.deepEqual(Object.keys(readTemplate().Outputs), names.split(' '));
});
