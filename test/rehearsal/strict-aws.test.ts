import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { waitUntilTargetInService } from '@aws-sdk/client-elastic-load-balancing-v2';
import { templateBody } from '../../infra/policies/template-body.ts';
import { readTemplate } from '../support/read-template.ts';
import { createSampleClients, createSampleFleet, everyPath, forwardTo } from './strict-aws/sample-fleet.ts';
import { type StrictAws, startStrictAws } from './strict-aws/start-strict-aws.ts';

/** What others read out of the stack. */
const outputNames = [
  ...[
    'ListenerArn',
    'LoadBalancerArn',
    'LoadBalancerFullName',
    'LoadBalancerDns',
    'TargetGroupA',
    'TargetGroupB',
  ],
  ...['TargetGroupAFullName', 'TargetGroupBFullName', 'GroupA', 'GroupB', 'LaunchTemplateId'],
  ...['LaunchTemplateVersion', 'Bucket', 'AccessLogBucket', 'SiteBucket', 'Table', 'LimitsTable', 'TopicArn'],
  ...['OperationsTopicArn', 'LogGroup', 'Url'],
];

let aws: StrictAws;
let clients: ReturnType<typeof createSampleClients>;
before(async () => {
  aws = await startStrictAws();
  clients = createSampleClients(aws);
});
beforeEach(() => aws.reset());
after(async () => {
  clients.destroy();
  await aws.stop();
});

const setUp = () => createSampleFleet(aws, clients);
const refusedWith = (name: string, message: RegExp) => (error: Error) => {
  assert.equal(error.name, name);
  assert.match(error.message, message);
  return true;
};
const states = () => aws.control.instances().map(({ state }) => state);
const health = () => aws.control.instances().map(({ targets }) => targets.join());

/** Slot a with two healthy instances that get all of the traffic. */
async function live() {
  const fleet = await setUp();
  const { autoScaling, loadBalancing } = clients;
  await autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: fleet.group, MinSize: 2 });
  await aws.control.step(4);
  const { Rules = [] } = await loadBalancing.createRule({
    ListenerArn: fleet.listener,
    Priority: 1000,
    Conditions: everyPath,
    Actions: forwardTo({ [fleet.a]: 0 }),
  });
  await aws.control.step(2);
  const rule = Rules[0]?.RuleArn ?? '';
  await loadBalancing.modifyRule({ RuleArn: rule, Actions: forwardTo({ [fleet.a]: 100 }) });
  assert.deepEqual(aws.control.violations, []);
  return { ...fleet, rule };
}

describe('every request is checked against the API model', () => {
  test('a call that keeps to it is answered, in every protocol', async () => {
    await setUp();
    await clients.sts.getCallerIdentity();
    await clients.ssm.putParameter({ Name: '/inlet/prod/live', Value: '{}', Type: 'String' });
    await clients.logs.describeLogGroups({ logGroupNamePrefix: '/inlet' });
    await clients.cloudWatch.getMetricData({
      StartTime: new Date(0),
      EndTime: new Date(60_000),
      MetricDataQueries: [
        { Id: 'a', MetricStat: { Metric: { Namespace: 'n', MetricName: 'm' }, Period: 60, Stat: 'Sum' } },
      ],
    });
    assert.deepEqual(aws.control.violations, []);
  });

  test('a missing member, a wrong enum, an unknown member, a length and a type are refused and written down', async () => {
    const bad = <T>(params: object) => params as T;
    await assert.rejects(
      clients.autoScaling.createAutoScalingGroup(bad({ AutoScalingGroupName: 'g' })),
      refusedWith(
        'ValidationError',
        /Value null at 'minSize' failed to satisfy constraint: Member must not be null/,
      ),
    );
    await assert.rejects(
      clients.ssm.putParameter(bad({ Name: '/x', Value: 'x', Type: 'Text' })),
      refusedWith('ValidationException', /at 'type' .*Member must satisfy enum value set/),
    );
    await assert.rejects(
      clients.autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'g'.repeat(256), DesiredCapacity: 1 }),
      refusedWith('ValidationError', /at 'autoScalingGroupName' .*length less than or equal to 255/),
    );
    await assert.rejects(
      clients.cloudWatch.getMetricData(bad({ StartTime: new Date(0), EndTime: new Date(1) })),
      refusedWith('ValidationException', /metricDataQueries/),
    );
    await assert.rejects(
      clients.ec2.createLaunchTemplate({
        LaunchTemplateName: 'x',
        LaunchTemplateData: { MetadataOptions: { HttpTokens: 'never' as 'required' } },
      }),
      refusedWith('InvalidParameterValue', /httpTokens/),
    );
    const { endpoint, env } = aws;
    const scope = `Credential=x/20260101/${env.AWS_REGION}/autoscaling/aws4_request`;
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'Action=SetDesiredCapacity&Version=2011-01-01&AutoScalingGroupName=g&DesiredCapacity=two&Colour=red',
    });
    assert.equal(answer.status, 400);
    const words = await answer.text();
    assert.match(words, /The parameter Colour is not recognized/);
    assert.match(words, /Value 'two' at 'DesiredCapacity' is not an integer/);
    assert.deepEqual(
      aws.control.violations.map(({ rule }) => rule),
      Array(6).fill('api-model'),
    );
  });
});

describe('launch templates', () => {
  test('user data of 16 384 bytes passes, one byte more is refused, before base64', async () => {
    const { template } = await setUp();
    const version = (bytes: number) =>
      clients.ec2.createLaunchTemplateVersion({
        LaunchTemplateId: template,
        LaunchTemplateData: { UserData: Buffer.alloc(bytes, 'x').toString('base64') },
      });
    await version(16_384);
    await assert.rejects(version(16_385), refusedWith('InvalidUserData.Malformed', /limited to 16384 bytes/));
    await assert.rejects(
      clients.ec2.runInstances({
        MinCount: 1,
        MaxCount: 1,
        UserData: Buffer.alloc(16_385).toString('base64'),
      }),
      refusedWith('InvalidParameterValue', /limited to 16384 bytes/),
    );
  });

  test('a hop limit from 1 to 64 passes, others are refused', async () => {
    const { template } = await setUp();
    const version = (HttpPutResponseHopLimit: number) =>
      clients.ec2.createLaunchTemplateVersion({
        LaunchTemplateId: template,
        LaunchTemplateData: { MetadataOptions: { HttpPutResponseHopLimit } },
      });
    for (const hops of [1, 64]) await version(hops);
    for (const hops of [0, 65])
      await assert.rejects(version(hops), refusedWith('InvalidParameterValue', /1 to 64/));
  });

  test('a version takes from its source what it does not say, and is made once per client token', async () => {
    const { template, image } = await setUp();
    const make = () =>
      clients.ec2.createLaunchTemplateVersion({
        LaunchTemplateId: template,
        SourceVersion: '1',
        ClientToken: 'token',
        LaunchTemplateData: { ImageId: image },
      });
    const first = await make();
    const second = await make();
    assert.equal(first.LaunchTemplateVersion?.VersionNumber, 2);
    assert.equal(first.LaunchTemplateVersion?.LaunchTemplateData?.InstanceType, 't3.small');
    assert.equal(second.LaunchTemplateVersion?.VersionNumber, 2);
  });

  test('a version can be deleted unless it is the default, and is unknown afterwards', async () => {
    const { template, group } = await setUp();
    await clients.ec2.createLaunchTemplateVersion({
      LaunchTemplateId: template,
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 't3.medium' },
    });
    const remove = (...Versions: string[]) =>
      clients.ec2.deleteLaunchTemplateVersions({ LaunchTemplateId: template, Versions });
    const use = (Version: string) =>
      clients.autoScaling.updateAutoScalingGroup({
        AutoScalingGroupName: group,
        LaunchTemplate: { LaunchTemplateId: template, Version },
      });
    await use('2');
    await assert.rejects(remove('1'), refusedWith('OperationNotPermitted', /default version/));
    const { SuccessfullyDeletedLaunchTemplateVersions: deleted } = await remove('2');
    assert.deepEqual(
      deleted?.map(({ VersionNumber }) => VersionNumber),
      [2],
    );
    const { UnsuccessfullyDeletedLaunchTemplateVersions: failed } = await remove('2');
    assert.equal(failed?.[0]?.ResponseError?.Code, 'launchTemplateVersionDoesNotExist');
    await assert.rejects(use('2'), refusedWith('ValidationError', /specified version 2/));
    const { LaunchTemplateVersions } = await clients.ec2.describeLaunchTemplateVersions({
      LaunchTemplateId: template,
    });
    assert.deepEqual(
      LaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber),
      [1],
    );
  });

  test('$Latest and $Default are refused for a group as long as our own rule is on', async () => {
    const { template, group } = await setUp();
    const use = (Version: string) =>
      clients.autoScaling.updateAutoScalingGroup({
        AutoScalingGroupName: group,
        LaunchTemplate: { LaunchTemplateId: template, Version },
      });
    for (const version of ['$Latest', '$Default']) {
      await assert.rejects(use(version), refusedWith('ValidationError', /our own rule/));
    }
    assert.deepEqual(
      aws.control.violations.map(({ rule }) => rule),
      ['policy', 'policy'],
    );
    aws.control.settings.numberedVersions = false;
    await use('$Latest');
  });
});

describe('forward actions', () => {
  const create = (ListenerArn: string, Actions: ReturnType<typeof forwardTo>, Priority = 1000) =>
    clients.loadBalancing.createRule({ ListenerArn, Priority, Conditions: everyPath, Actions });

  test('weights from 0 to 999 pass, others are refused', async () => {
    const { listener, a, b } = await setUp();
    aws.control.settings.watch = false;
    for (const wrong of [-1, 1000]) {
      await assert.rejects(
        create(listener, forwardTo({ [a]: wrong })),
        refusedWith('ValidationError', /0 and 999/),
      );
    }
    await create(listener, forwardTo({ [a]: 999, [b]: 0 }));
  });

  test('five target groups pass, a sixth is refused', async () => {
    const { listener, a, b, createTargetGroup } = await setUp();
    aws.control.settings.watch = false;
    const weights: Record<string, number> = { [a]: 1, [b]: 1 };
    for (const name of ['c', 'd', 'e', 'f']) weights[await createTargetGroup(name)] = 1;
    await assert.rejects(
      create(listener, forwardTo(weights)),
      refusedWith('TooManyTargetGroupsException', /limit on the number of target groups/),
    );
    await create(listener, forwardTo(Object.fromEntries(Object.entries(weights).slice(0, 5))));
  });

  test('a target group of another network is refused', async () => {
    const { listener, createTargetGroup } = await setUp();
    const { Vpc } = await clients.ec2.createVpc({ CidrBlock: '10.9.0.0/16' });
    const foreign = await createTargetGroup('foreign', Vpc?.VpcId);
    await assert.rejects(
      create(listener, forwardTo({ [foreign]: 1 })),
      refusedWith('InvalidConfigurationRequestException', /is in a different VPC than load balancer/),
    );
  });

  test('a target group that another load balancer uses is refused', async () => {
    const { a } = await live();
    const { Subnets = [] } = await clients.ec2.describeSubnets();
    const { LoadBalancers } = await clients.loadBalancing.createLoadBalancer({
      Name: 'other',
      Subnets: Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId),
    });
    await assert.rejects(
      clients.loadBalancing.createListener({
        LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: forwardTo({ [a]: 1 }),
      }),
      refusedWith('TargetGroupAssociationLimitException', /more than one load balancer/),
    );
  });

  test('a priority that is in use, and a rule that is gone, are refused', async () => {
    const { listener, rule, a } = await live();
    await assert.rejects(
      create(listener, forwardTo({ [a]: 1 })),
      refusedWith('PriorityInUseException', /in use/),
    );
    await clients.loadBalancing.deleteRule({ RuleArn: rule });
    await assert.rejects(
      clients.loadBalancing.deleteRule({ RuleArn: rule }),
      (error: Error) => error.name === 'RuleNotFoundException',
    );
  });

  test('a target group cannot be deleted while a rule uses it', async () => {
    const { rule, a } = await live();
    const remove = () => clients.loadBalancing.deleteTargetGroup({ TargetGroupArn: a });
    await assert.rejects(remove(), refusedWith('ResourceInUseException', /in use by a listener or a rule/));
    await clients.loadBalancing.deleteRule({ RuleArn: rule });
    await remove();
  });

  test('every weight that a rule had is remembered', async () => {
    const { rule, a } = await live();
    await clients.loadBalancing.deleteRule({ RuleArn: rule });
    assert.deepEqual(
      aws.control.forwardActions().map(({ weights }) => weights),
      [[{ targetGroup: a, weight: 0 }], [{ targetGroup: a, weight: 100 }], []],
    );
  });
});

describe('parameters', () => {
  const put = (params: object) =>
    clients.ssm.putParameter({ Name: '/inlet/prod/x', Value: 'x', Type: 'String', ...params });

  test('4 096 bytes pass, one more is refused', async () => {
    await put({ Value: 'x'.repeat(4096) });
    await assert.rejects(
      put({ Value: 'x'.repeat(4097), Overwrite: true }),
      refusedWith('ValidationException', /maximum parameter value of 4096 characters/),
    );
  });

  test('an existing one is only overwritten where that is said, and its history is kept', async () => {
    await put({ Value: '1' });
    await assert.rejects(put({ Value: '2' }), (error: Error) => error.name === 'ParameterAlreadyExists');
    await put({ Value: '2', Overwrite: true });
    const { Parameters } = await clients.ssm.getParameterHistory({ Name: '/inlet/prod/x' });
    assert.deepEqual(
      Parameters?.map(({ Version, Value }) => [Version, Value]),
      [
        [1, '1'],
        [2, '2'],
      ],
    );
  });

  test('one of the type aws:ec2:image must name an image that exists', async () => {
    await put({ Value: await aws.control.addImage(), DataType: 'aws:ec2:image' });
    await assert.rejects(
      put({ Value: 'ami-00000000000000000', DataType: 'aws:ec2:image', Overwrite: true }),
      refusedWith('ValidationException', /does not exist/),
    );
  });
});

describe('images', () => {
  test('an image is pending for as long as it is said, then available, and gone once it is deregistered', async () => {
    const id = await aws.control.addImage({ tags: { 'inlet:commit': 'c0ffee' }, pendingFor: 2 });
    const look = async () =>
      (await clients.ec2.describeImages({ Owners: ['self'], Filters: [{ Name: 'image-id', Values: [id] }] }))
        .Images;
    const seen = [(await look())?.[0], (await look())?.[0], (await look())?.[0]];
    assert.deepEqual(
      seen.map((image) => image?.State),
      ['pending', 'pending', 'available'],
    );
    assert.deepEqual(seen[2]?.Tags, [{ Key: 'inlet:commit', Value: 'c0ffee' }]);
    await clients.ec2.deregisterImage({ ImageId: id });
    assert.deepEqual(await look(), []);
  });
});

describe('groups', () => {
  const resize = (sizes: object, AutoScalingGroupName = 'inlet-prod-a') =>
    clients.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName, ...sizes });

  test('sizes out of order are refused, in order they pass', async () => {
    const { group } = await setUp();
    const desire = (DesiredCapacity: number) =>
      clients.autoScaling.setDesiredCapacity({ AutoScalingGroupName: group, DesiredCapacity });
    await assert.rejects(
      resize({ MinSize: 5 }),
      refusedWith('ValidationError', /Max bound, 4, must be greater/),
    );
    await assert.rejects(
      resize({ DesiredCapacity: 5 }),
      refusedWith('ValidationError', /Desired capacity:5 must be/),
    );
    await assert.rejects(desire(5), refusedWith('ValidationError', /value 5 is above max value 4/));
    await resize({ MinSize: 1, DesiredCapacity: 2 });
    await assert.rejects(desire(0), refusedWith('ValidationError', /value 0 is below min value 1/));
    await desire(1);
  });

  test('a higher minimum raises what is desired, a lower maximum cuts it', async () => {
    await setUp();
    const desired = async () =>
      (await clients.autoScaling.describeAutoScalingGroups({})).AutoScalingGroups?.[0]?.DesiredCapacity;
    await resize({ MinSize: 3 });
    assert.equal(await desired(), 3);
    await resize({ MinSize: 0, MaxSize: 1 });
    assert.equal(await desired(), 1);
  });

  test('a version that the template does not have is refused', async () => {
    const { template } = await setUp();
    await assert.rejects(
      resize({ LaunchTemplate: { LaunchTemplateId: template, Version: '9' } }),
      refusedWith('ValidationError', /specified version 9/),
    );
  });

  test('an instance comes up through its hook, in turn over the zones, with its tags, and is checked once a rule names its target group', async () => {
    const { a, group, listener } = await setUp();
    await resize({ DesiredCapacity: 2 });
    assert.deepEqual(states(), ['Pending', 'Pending']);
    await aws.control.step();
    assert.deepEqual(states(), ['Pending:Wait', 'Pending:Wait']);
    await aws.control.step(3);
    assert.deepEqual(states(), ['InService', 'InService']);
    assert.deepEqual(health(), ['unused', 'unused']);
    await clients.loadBalancing.createRule({
      ListenerArn: listener,
      Priority: 1000,
      Conditions: everyPath,
      Actions: forwardTo({ [a]: 0 }),
    });
    await aws.control.step();
    assert.deepEqual(health(), ['initial', 'initial']);
    await waitUntilTargetInService(
      { client: clients.loadBalancing, maxWaitTime: 60, minDelay: 1 },
      { TargetGroupArn: a },
    );
    assert.deepEqual(health(), ['healthy', 'healthy']);
    const { AutoScalingGroups } = await clients.autoScaling.describeAutoScalingGroups({});
    const instances = AutoScalingGroups?.[0]?.Instances ?? [];
    assert.deepEqual(new Set(instances.map(({ AvailabilityZone }) => AvailabilityZone)).size, 2);
    assert.deepEqual(
      instances.map(({ LaunchTemplate }) => LaunchTemplate?.Version),
      ['1', '1'],
    );
    const { Reservations } = await clients.ec2.describeInstances({
      InstanceIds: [instances[0]?.InstanceId ?? ''],
    });
    const tags = Object.fromEntries(
      (Reservations?.[0]?.Instances?.[0]?.Tags ?? []).map(({ Key = '', Value }) => [Key, Value]),
    );
    assert.equal(tags['inlet:slot'], 'a');
    assert.equal(tags['aws:autoscaling:groupName'], group);
    assert.equal(tags['aws:ec2launchtemplate:version'], '1');
    assert.deepEqual(aws.control.violations, []);
  });

  test('an instance that is left alone waits for its hook, which beats, continues or abandons', async () => {
    const { group } = await setUp();
    aws.control.settings.hooks = false;
    await resize({ DesiredCapacity: 2 });
    await aws.control.step(9);
    assert.deepEqual(states(), ['Pending:Wait', 'Pending:Wait']);
    const [first = '', second = ''] = aws.control.instances().map(({ id }) => id);
    const hook = (InstanceId: string, LifecycleHookName = 'launch') => ({
      AutoScalingGroupName: group,
      LifecycleHookName,
      InstanceId,
    });
    await clients.autoScaling.recordLifecycleActionHeartbeat(hook(first));
    assert.equal(aws.control.instances()[0]?.heartbeats, 1);
    await clients.autoScaling.completeLifecycleAction({ ...hook(first), LifecycleActionResult: 'CONTINUE' });
    await clients.autoScaling.completeLifecycleAction({ ...hook(second), LifecycleActionResult: 'ABANDON' });
    assert.deepEqual(states(), ['InService', 'Terminating:Wait', 'Pending']);
    await clients.autoScaling.completeLifecycleAction({
      ...hook(second, 'terminate'),
      LifecycleActionResult: 'CONTINUE',
    });
    assert.deepEqual(states(), ['InService', 'Pending']);
    await assert.rejects(
      clients.autoScaling.completeLifecycleAction({ ...hook(first), LifecycleActionResult: 'CONTINUE' }),
      refusedWith(
        'ValidationError',
        new RegExp(`No active Lifecycle Action found with instance ID ${first}`),
      ),
    );
    const { Activities = [] } = await clients.autoScaling.describeScalingActivities({
      AutoScalingGroupName: group,
    });
    assert.ok(
      Activities.some(
        ({ StatusCode, StatusMessage }) => StatusCode === 'Cancelled' && /ABANDON/.test(StatusMessage ?? ''),
      ),
    );
  });

  test('an instance that is no longer needed drains, waits for its hook, and is gone', async () => {
    const { a } = await live();
    await resize({ MinSize: 1, DesiredCapacity: 1 });
    assert.deepEqual(states().sort(), ['InService', 'Terminating:Wait']);
    assert.deepEqual(health().sort(), ['draining', 'healthy']);
    await aws.control.step(2);
    assert.deepEqual(states(), ['InService']);
    const { TargetHealthDescriptions } = await clients.loadBalancing.describeTargetHealth({
      TargetGroupArn: a,
    });
    assert.equal(TargetHealthDescriptions?.length, 1);
    assert.deepEqual(aws.control.violations, []);
  });

  test('a version that never boots is replaced for ever, one that fails its checks or dies later too', async () => {
    await live();
    const ids = () => aws.control.instances().map(({ id }) => id);
    for (const defect of ['boot', 'health', 'dies'] as const) {
      await resize({ MinSize: 0, DesiredCapacity: 0 });
      await aws.control.step(4);
      aws.control.breakVersion(1, defect);
      await resize({ DesiredCapacity: 1 });
      const seen = new Set(ids());
      for (let step = 0; step < 24; step++) {
        await aws.control.step();
        for (const id of ids()) seen.add(id);
        if (defect === 'boot') assert.ok(!states().includes('InService'));
        if (defect === 'health') assert.ok(!health().includes('healthy'));
      }
      assert.ok(seen.size > 2, `${defect}: ${seen.size} instances`);
    }
    aws.control.breakVersion(1, undefined);
    await aws.control.step(12);
    assert.deepEqual(health(), ['healthy']);
  });

  test('an instance that breaks or is killed is found unhealthy and replaced', async () => {
    await live();
    const [broken = '', killed = ''] = aws.control.instances().map(({ id }) => id);
    aws.control.breakInstance(broken);
    aws.control.kill(killed);
    await aws.control.step();
    assert.ok(health().includes('unhealthy'));
    await aws.control.step(12);
    assert.deepEqual(health(), ['healthy', 'healthy']);
    const left = aws.control.instances().map(({ id }) => id);
    assert.ok(!left.includes(broken) && !left.includes(killed));
  });

  test('an instance that somebody ends in EC2 is replaced by its group', async () => {
    await live();
    const [id = ''] = aws.control.instances().map((instance) => instance.id);
    await clients.ec2.terminateInstances({ InstanceIds: [id] });
    await aws.control.step(8);
    assert.deepEqual(health(), ['healthy', 'healthy']);
    assert.ok(aws.control.instances().every((instance) => instance.id !== id));
  });

  test('an image that is gone fails the launch, with an activity that says so', async () => {
    const { image, group } = await setUp();
    await clients.ec2.deregisterImage({ ImageId: image });
    await resize({ DesiredCapacity: 1 });
    assert.deepEqual(states(), []);
    const { Activities } = await clients.autoScaling.describeScalingActivities({
      AutoScalingGroupName: group,
    });
    assert.equal(Activities?.[0]?.StatusCode, 'Failed');
    assert.match(Activities?.[0]?.StatusMessage ?? '', /does not exist/);
  });

  test('standby takes an instance away from the load balancer and back', async () => {
    const { group } = await live();
    const [id = ''] = aws.control.instances().map((instance) => instance.id);
    const request = { AutoScalingGroupName: group, InstanceIds: [id] };
    await assert.rejects(
      clients.autoScaling.enterStandby({ ...request, ShouldDecrementDesiredCapacity: true }),
      refusedWith('ValidationError', /min-size=2/),
    );
    await resize({ MinSize: 1 });
    await clients.autoScaling.enterStandby({ ...request, ShouldDecrementDesiredCapacity: true });
    assert.deepEqual(health(), ['draining', 'healthy']);
    await aws.control.step(2);
    assert.deepEqual(states(), ['Standby', 'InService']);
    await clients.autoScaling.exitStandby(request);
    await aws.control.step(6);
    assert.deepEqual(health(), ['healthy', 'healthy']);
  });

  test('one instance can be ended with or without a replacement, or detached alive', async () => {
    const { group } = await live();
    await resize({ MinSize: 0 });
    const [one = '', two = ''] = aws.control.instances().map(({ id }) => id);
    await clients.autoScaling.terminateInstanceInAutoScalingGroup({
      InstanceId: one,
      ShouldDecrementDesiredCapacity: false,
    });
    await aws.control.step(8);
    assert.deepEqual(health(), ['healthy', 'healthy']);
    await clients.autoScaling.terminateInstanceInAutoScalingGroup({
      InstanceId: aws.control.instances().find(({ id }) => id !== two)?.id ?? '',
      ShouldDecrementDesiredCapacity: true,
    });
    await aws.control.step(3);
    assert.deepEqual(
      aws.control.instances().map(({ id }) => id),
      [two],
    );
    await clients.autoScaling.detachInstances({
      AutoScalingGroupName: group,
      InstanceIds: [two],
      ShouldDecrementDesiredCapacity: true,
    });
    assert.deepEqual(states(), []);
    const { Reservations } = await clients.ec2.describeInstances({ InstanceIds: [two] });
    assert.equal(Reservations?.[0]?.Instances?.[0]?.State?.Name, 'running');
  });

  test('a group with instances is deleted only by force, and cannot be changed meanwhile', async () => {
    const { group } = await live();
    const remove = (ForceDelete: boolean) =>
      clients.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: group, ForceDelete });
    await assert.rejects(remove(false), refusedWith('ResourceInUseFault', /still in the group/));
    aws.control.settings.watch = false;
    await remove(true);
    await assert.rejects(
      resize({ MinSize: 1 }),
      refusedWith('ScalingActivityInProgressFault', /pending delete/),
    );
    await aws.control.step();
    const { AutoScalingGroups } = await clients.autoScaling.describeAutoScalingGroups({});
    assert.deepEqual(AutoScalingGroups, []);
  });
});

describe('stacks', () => {
  const StackName = 'inlet-prod';
  const small = (description = 'first') =>
    `Parameters: {Image: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /inlet/prod/image}}
Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties: {LaunchTemplateName: small, LaunchTemplateData: {ImageId: !Ref Image, InstanceType: t3.small}}
Outputs: {Version: {Value: !GetAtt Template.LatestVersionNumber, Description: ${description}}}`;
  const put = (Name: string, Value: string) =>
    clients.ssm.putParameter({ Name, Value, Type: 'String', Overwrite: true });
  const putImage = async () => put('/inlet/prod/image', await aws.control.addImage());
  const create = (TemplateBody = small()) => clients.cloudFormation.createStack({ StackName, TemplateBody });
  const update = (TemplateBody = small()) => clients.cloudFormation.updateStack({ StackName, TemplateBody });
  const describeStack = async () => (await clients.cloudFormation.describeStacks({ StackName })).Stacks?.[0];
  const settled = async () => {
    for (;;) {
      const stack = await describeStack();
      if (!stack?.StackStatus?.endsWith('_IN_PROGRESS')) return stack;
    }
  };

  test('a template of 51 200 bytes passes, one byte more is refused', async () => {
    await putImage();
    const body = (bytes: number) => `${small()}\n#`.padEnd(bytes, 'x');
    await assert.rejects(
      create(body(51_201)),
      refusedWith('ValidationError', /length less than or equal to 51200/),
    );
    await create(body(51_200));
  });

  test('a parameter that Parameter Store or the template does not have is refused', async () => {
    await assert.rejects(
      clients.cloudFormation.createStack({
        StackName,
        TemplateBody: small(),
        Parameters: [{ ParameterKey: 'Colour', ParameterValue: 'red' }],
      }),
      refusedWith('ValidationError', /Parameters: \[Colour\] do not exist in the template/),
    );
    await assert.rejects(
      create(),
      refusedWith('ValidationError', /Unable to fetch parameters \[\/inlet\/prod\/image\]/),
    );
  });

  test('it takes its time to be made, to be changed and to go, and meanwhile cannot be changed', async () => {
    await putImage();
    await create();
    const first = await describeStack();
    assert.equal(first?.StackStatus, 'CREATE_IN_PROGRESS');
    assert.equal(first?.Outputs, undefined);
    await assert.rejects(
      update(small('second')),
      refusedWith('ValidationError', /CREATE_IN_PROGRESS state and can not be updated/),
    );
    assert.equal((await settled())?.StackStatus, 'CREATE_COMPLETE');
    await assert.rejects(create(), refusedWith('AlreadyExistsException', /already exists/));
    await update(small('second'));
    assert.equal((await describeStack())?.StackStatus, 'UPDATE_IN_PROGRESS');
    await assert.rejects(
      clients.cloudFormation.deleteStack({ StackName }),
      refusedWith('ValidationError', /cannot be deleted while in status UPDATE_IN_PROGRESS/),
    );
    assert.equal((await settled())?.StackStatus, 'UPDATE_COMPLETE');
    await clients.cloudFormation.deleteStack({ StackName });
    assert.equal((await describeStack())?.StackStatus, 'DELETE_IN_PROGRESS');
    await assert.rejects(settled(), refusedWith('ValidationError', /does not exist/));
    const { Stacks } = await clients.cloudFormation.describeStacks({ StackName: first?.StackId });
    assert.equal(Stacks?.[0]?.StackStatus, 'DELETE_COMPLETE');
  });

  test('without a change there is nothing to update; a new image in Parameter Store is a change', async () => {
    await putImage();
    await create();
    await settled();
    await assert.rejects(update(), refusedWith('ValidationError', /No updates are to be performed/));
    await putImage();
    await update();
    const stack = await settled();
    assert.equal(stack?.Outputs?.[0]?.OutputValue, '2');
    assert.equal(stack?.Parameters?.[0]?.ParameterValue, '/inlet/prod/image');
    assert.match(stack?.Parameters?.[0]?.ResolvedValue ?? '', /^ami-/);
  });

  test('a change set says what would change, is carried out once, and fails without a change', async () => {
    await putImage();
    await create();
    await settled();
    const ChangeSetName = 'fleet-up';
    const propose = () =>
      clients.cloudFormation.createChangeSet({
        StackName,
        ChangeSetName,
        ChangeSetType: 'UPDATE',
        TemplateBody: small(),
      });
    const look = () => clients.cloudFormation.describeChangeSet({ StackName, ChangeSetName });
    const execute = () => clients.cloudFormation.executeChangeSet({ StackName, ChangeSetName });
    await assert.rejects(look(), (error: Error) => error.name === 'ChangeSetNotFoundException');
    await propose();
    assert.equal((await look()).Status, 'CREATE_IN_PROGRESS');
    const empty = await look();
    assert.equal(empty.Status, 'FAILED');
    assert.match(empty.StatusReason ?? '', /didn't contain changes/);
    await assert.rejects(execute(), (error: Error) => error.name === 'InvalidChangeSetStatusException');
    await clients.cloudFormation.deleteChangeSet({ StackName, ChangeSetName });
    await putImage();
    await propose();
    await look();
    const { Status, Changes } = await look();
    assert.equal(Status, 'CREATE_COMPLETE');
    assert.deepEqual(
      Changes?.map(({ ResourceChange }) => [ResourceChange?.Action, ResourceChange?.LogicalResourceId]),
      [['Modify', 'Template']],
    );
    await execute();
    assert.equal((await settled())?.Outputs?.[0]?.OutputValue, '2');
    await assert.rejects(look(), (error: Error) => error.name === 'ChangeSetNotFoundException');
  });

  test('one that fails is rolled back, with events that say why', async () => {
    await putImage();
    await create();
    await settled();
    aws.control.failNextStackOperation('Resource limit exceeded');
    await update(small('second'));
    const stack = await settled();
    assert.equal(stack?.StackStatus, 'UPDATE_ROLLBACK_COMPLETE');
    assert.equal(stack?.StackStatusReason, 'Resource limit exceeded');
    const { StackEvents } = await clients.cloudFormation.describeStackEvents({ StackName });
    assert.equal(StackEvents?.[0]?.ResourceStatus, 'UPDATE_FAILED');
    assert.equal(StackEvents?.[0]?.ResourceStatusReason, 'Resource limit exceeded');
    await update(small('second'));
    assert.equal((await settled())?.StackStatus, 'UPDATE_COMPLETE');
  });

  test('one that could not be made cannot be updated, only deleted', async () => {
    await putImage();
    aws.control.failNextStackOperation('Resource limit exceeded');
    await create();
    const stack = await settled();
    assert.deepEqual([stack?.StackStatus, stack?.Outputs], ['ROLLBACK_COMPLETE', undefined]);
    await assert.rejects(
      update(small('second')),
      refusedWith('ValidationError', /is in ROLLBACK_COMPLETE state/),
    );
    await clients.cloudFormation.deleteStack({ StackName });
    await aws.control.step(2);
    await create();
  });

  test('it is there only in its own region', async () => {
    await putImage();
    await create();
    const elsewhere = createSampleClients(aws, 'eu-west-1');
    await assert.rejects(
      elsewhere.cloudFormation.describeStacks({ StackName }),
      refusedWith('ValidationError', /does not exist/),
    );
    elsewhere.destroy();
  });

  describe('change sets that make a stack, and take over what is there', () => {
    const ChangeSetName = 'fleet-up';
    const stores = ({ table = 'kept', policy = 'Retain', bucketPolicy = 'RetainExceptOnCreate' } = {}) =>
      JSON.stringify({
        Parameters: { Fleet: { Type: 'String', Default: 'prod' } },
        Resources: {
          Table: {
            Type: 'AWS::DynamoDB::Table',
            DeletionPolicy: policy,
            Properties: {
              // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in.
              TableName: table === 'dynamic' ? { 'Fn::Sub': '${Fleet}-kept' } : table,
              BillingMode: 'PAY_PER_REQUEST',
              AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
              KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
            },
          },
          Bucket: {
            Type: 'AWS::S3::Bucket',
            DeletionPolicy: bucketPolicy,
            Properties: { BucketName: 'kept-bucket' },
          },
          Setting: {
            Type: 'AWS::SSM::Parameter',
            DependsOn: 'Table',
            Properties: {
              Type: 'String',
              Name: '/kept',
              // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in.
              Value: { 'Fn::Sub': '${Table.Arn} ${Bucket} ${AWS::Region}' },
            },
          },
        },
        Outputs: { Table: { Value: { Ref: 'Table' } }, Arn: { Value: { 'Fn::GetAtt': ['Bucket', 'Arn'] } } },
      });
    const propose = async (TemplateBody: string, ImportExistingResources = true) => {
      const address = { StackName, ChangeSetName };
      await clients.cloudFormation.createChangeSet({
        ...address,
        ChangeSetType: 'CREATE',
        TemplateBody,
        ImportExistingResources,
      });
      for (;;) {
        const changeSet = await clients.cloudFormation.describeChangeSet(address);
        if (changeSet.Status !== 'CREATE_IN_PROGRESS') return changeSet;
      }
    };
    const carryOut = () => clients.cloudFormation.executeChangeSet({ StackName, ChangeSetName });
    const make = async (body = stores()) => {
      await propose(body);
      await carryOut();
      return settled();
    };
    const remove = async () => {
      await clients.cloudFormation.deleteStack({ StackName });
      await aws.control.step(3);
    };
    const isThere = async (Name: string) =>
      clients.ssm.getParameter({ Name }).then(
        () => true,
        () => false,
      );

    test('until it is carried out there is a stack in review, which can be proposed anew or deleted', async () => {
      const { Changes } = await propose(stores());
      assert.deepEqual(
        Changes?.map(({ ResourceChange: change }) => [change?.Action, change?.LogicalResourceId]),
        [
          ['Add', 'Table'],
          ['Add', 'Bucket'],
          ['Add', 'Setting'],
        ],
      );
      assert.equal((await describeStack())?.StackStatus, 'REVIEW_IN_PROGRESS');
      assert.equal(await isThere('/kept'), false);
      await assert.rejects(
        update(stores()),
        refusedWith('ValidationError', /is in REVIEW_IN_PROGRESS state/),
      );
      await assert.rejects(create(stores()), refusedWith('AlreadyExistsException', /already exists/));
      await clients.cloudFormation.deleteChangeSet({ StackName, ChangeSetName });
      await propose(stores());
      await remove();
      await assert.rejects(describeStack(), refusedWith('ValidationError', /does not exist/));

      const { StackId: earlierId } = await propose(stores());
      await carryOut();
      assert.equal((await describeStack())?.StackStatus, 'REVIEW_IN_PROGRESS', 'it takes a moment to begin');
      assert.equal((await describeStack())?.StackStatus, 'CREATE_IN_PROGRESS');
      assert.equal((await settled())?.StackStatus, 'CREATE_COMPLETE');
      assert.equal(await isThere('/kept'), true);
      const byEarlierId = await clients.cloudFormation.describeStacks({ StackName: earlierId });
      assert.equal(byEarlierId.Stacks?.[0]?.StackStatus, 'CREATE_COMPLETE');
      await assert.rejects(
        propose(stores()),
        refusedWith('ValidationError', /already exists and cannot be created again with the changeSet/),
      );
      assert.deepEqual(aws.control.violations, []);
    });

    test('what an earlier stack left is taken over, and left again', async () => {
      const first = await make();
      await remove();
      const { Changes } = await propose(stores());
      assert.deepEqual(
        Changes?.map(({ ResourceChange: change }) => change?.Action),
        ['Import', 'Import', 'Add'],
      );
      await carryOut();
      const second = await settled();
      assert.equal(second?.StackStatus, 'CREATE_COMPLETE');
      assert.deepEqual(second.Outputs, first?.Outputs);
      const { Parameter } = await clients.ssm.getParameter({ Name: '/kept' });
      assert.match(Parameter?.Value ?? '', /^arn:aws:dynamodb:\S+:table\/kept kept-bucket eu-central-1$/);
      await remove();
      assert.equal(await isThere('/kept'), false);
      assert.equal((await make())?.StackStatus, 'CREATE_COMPLETE');
      assert.deepEqual(aws.control.violations, []);
    });

    test('without the import, or with a name that a function makes, it is in the way', async () => {
      await make(stores({ table: 'prod-kept' }));
      await remove();
      const dynamic = stores({ table: 'dynamic' });
      for (const [body, isImporting, conflicts] of [
        [stores({ table: 'prod-kept' }), false, ['prod-kept', 'kept-bucket']],
        [dynamic, true, ['prod-kept']],
      ] as const) {
        const { Status, StatusReason, ChangeSetId } = await propose(body, isImporting);
        assert.equal(Status, 'FAILED');
        assert.match(StatusReason ?? '', /\[AWS::EarlyValidation::ResourceExistenceCheck\]/);
        const events = await clients.cloudFormation.describeEvents({ ChangeSetName: ChangeSetId });
        assert.deepEqual(
          events.OperationEvents?.map(({ ValidationStatusReason }) => ValidationStatusReason),
          conflicts.map(
            (name) =>
              `Resource of type '${name === 'kept-bucket' ? 'AWS::S3::Bucket' : 'AWS::DynamoDB::Table'}' with identifier '${name}' already exists.`,
          ),
        );
        await assert.rejects(carryOut(), (error: Error) => error.name === 'InvalidChangeSetStatusException');
        await assert.rejects(
          clients.cloudFormation.describeEvents({ ChangeSetName }),
          refusedWith('ValidationError', /One of ChangeSetName, OperationId or StackName/),
        );
        await remove();
      }
      await create(dynamic);
      const stack = await settled();
      assert.equal(stack?.StackStatus, 'ROLLBACK_COMPLETE');
      assert.match(stack.StackStatusReason ?? '', /with identifier 'prod-kept' already exists/);
    });

    test('what the template would not keep is not taken over', async () => {
      await make();
      await remove();
      const { Status, StatusReason } = await propose(stores({ bucketPolicy: 'Delete' }));
      assert.equal(Status, 'FAILED');
      assert.match(
        StatusReason ?? '',
        /must have the DeletionPolicy attribute set to 'Retain' or 'RetainExceptOnCreate'.*Bucket \(\{BucketName=kept-bucket\}\)/,
      );
    });

    test('a creation that fails leaves what is to be retained, unless it is RetainExceptOnCreate', async () => {
      aws.control.failNextStackOperation('Resource limit exceeded');
      assert.equal((await make())?.StackStatus, 'ROLLBACK_COMPLETE');
      assert.equal(await isThere('/kept'), false);
      await remove();
      const { Changes } = await propose(stores());
      assert.deepEqual(
        Changes?.map(({ ResourceChange: change }) => change?.Action),
        ['Import', 'Add', 'Add'],
      );
    });
  });

  test('a region that is named has stacks and groups of its own, in the same account', async (t) => {
    const both = await startStrictAws({ otherRegions: ['eu-west-1'] });
    t.after(() => both.stop());
    const there = both.seenFrom('eu-west-1');
    const elsewhere = createSampleClients(there);
    t.after(() => elsewhere.destroy());
    const image = await there.control.addImage();
    await elsewhere.ssm.putParameter({ Name: '/inlet/prod/image', Value: image, Type: 'String' });
    await elsewhere.cloudFormation.createStack({ StackName, TemplateBody: small() });
    const { Stacks } = await elsewhere.cloudFormation.describeStacks({ StackName });
    assert.equal(Stacks?.[0]?.StackStatus, 'CREATE_IN_PROGRESS');
    const here = createSampleClients(both);
    t.after(() => here.destroy());
    await assert.rejects(
      here.cloudFormation.describeStacks({ StackName }),
      refusedWith('ValidationError', /does not exist/),
    );
    assert.equal(both.control.calls.length, there.control.calls.length);
    assert.throws(() => both.seenFrom('us-east-1'), /not started with the region us-east-1/);
    assert.deepEqual(both.control.violations, []);
  });

  test('one whose launch template EC2 would refuse is rolled back', async () => {
    await putImage();
    const userData = (bytes: number) =>
      small().replace('InstanceType:', `UserData: {'Fn::Base64': '${'x'.repeat(bytes)}'}, InstanceType:`);
    await create(userData(16_384));
    assert.equal((await settled())?.StackStatus, 'CREATE_COMPLETE');
    await update(userData(16_385));
    const stack = await settled();
    assert.equal(stack?.StackStatus, 'UPDATE_ROLLBACK_COMPLETE');
    assert.match(stack?.StackStatusReason ?? '', /\[Template\].*limited to 16384 bytes/);
  });

  test('the template of the fleet can be made, serves, outlives an update with its instances, and goes', async () => {
    const TemplateBody = templateBody(readTemplate());
    const request = { StackName, TemplateBody, Capabilities: ['CAPABILITY_NAMED_IAM' as const] };
    await putImage();
    for (const slot of ['a', 'b']) {
      await put(`/inlet/prod/slots/${slot}/version`, '1');
      await put(`/inlet/prod/slots/${slot}/min`, '0');
    }
    await clients.cloudFormation.createStack(request);
    const outputs = Object.fromEntries(
      ((await settled())?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [
        OutputKey,
        OutputValue,
      ]),
    );
    for (const name of outputNames) assert.ok(outputs[name], name);
    assert.deepEqual(
      [outputs.GroupA, outputs.GroupB, outputs.LogGroup],
      ['inlet-prod-a', 'inlet-prod-b', '/inlet/prod'],
    );
    assert.match(outputs.LoadBalancerFullName ?? '', /^app\/inlet-prod\/\w+$/);
    assert.match(outputs.TargetGroupAFullName ?? '', /^targetgroup\/inlet-prod-a\/\w+$/);

    await put('/inlet/prod/slots/a/min', '1');
    await clients.autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'inlet-prod-a',
      MinSize: 1,
      DesiredCapacity: 2,
    });
    await aws.control.step(4);
    const rule = { ListenerArn: outputs.ListenerArn, Priority: 1000, Conditions: everyPath };
    const targetGroup = outputs.TargetGroupA ?? '';
    const { Rules } = await clients.loadBalancing.createRule({
      ...rule,
      Actions: forwardTo({ [targetGroup]: 0 }),
    });
    await aws.control.step(2);
    await clients.loadBalancing.modifyRule({
      RuleArn: Rules?.[0]?.RuleArn,
      Actions: forwardTo({ [targetGroup]: 100 }),
    });
    const before = aws.control.instances();
    assert.deepEqual(health(), ['healthy', 'healthy']);

    await putImage();
    await clients.cloudFormation.updateStack(request);
    const updated = await settled();
    assert.equal(
      updated?.Outputs?.find(({ OutputKey }) => OutputKey === 'LaunchTemplateVersion')?.OutputValue,
      '2',
    );
    assert.deepEqual(aws.control.instances(), before);
    const { AutoScalingGroups } = await clients.autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: ['inlet-prod-a'],
    });
    const group = AutoScalingGroups?.[0];
    assert.deepEqual([group?.MinSize, group?.DesiredCapacity, group?.LaunchTemplate?.Version], [1, 2, '1']);
    assert.deepEqual(aws.control.violations, []);

    await clients.cloudFormation.deleteStack({ StackName });
    assert.equal((await settled())?.StackStatus, 'DELETE_FAILED', 'the load balancer is protected');
    const { LoadBalancers } = await clients.loadBalancing.describeLoadBalancers({ Names: ['inlet-prod'] });
    await clients.loadBalancing.modifyLoadBalancerAttributes({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Attributes: [{ Key: 'deletion_protection.enabled', Value: 'false' }],
    });
    await clients.cloudFormation.deleteStack({ StackName });
    await assert.rejects(settled(), refusedWith('ValidationError', /does not exist/));
    assert.deepEqual(aws.control.instances(), []);
  });
});

describe('what must never be', () => {
  test('a target group without a healthy target in a forward action is found, whatever its weight', async () => {
    const { rule, a, b } = await live();
    for (const weight of [0, 20]) {
      await clients.loadBalancing.modifyRule({ RuleArn: rule, Actions: forwardTo({ [a]: 80, [b]: weight }) });
    }
    assert.deepEqual(
      aws.control.violations.map(({ rule: kind, message }) => [kind, message.includes(b)]),
      [
        ['invariant', true],
        ['invariant', true],
      ],
    );
  });

  test('weight on more than the instances can carry is found', async () => {
    const { rule, a } = await live();
    aws.control.settings.capacityNeeded = 3;
    await clients.loadBalancing.modifyRule({ RuleArn: rule, Actions: forwardTo({ [a]: 100 }) });
    assert.match(
      aws.control.violations[0]?.message ?? '',
      /has 2 healthy targets for 100 of 100, which needs 3/,
    );
  });

  test('a third version that serves is found', async () => {
    const { group, template } = await live();
    for (const [version, size] of [
      ['2', 3],
      ['3', 4],
    ] as const) {
      await clients.ec2.createLaunchTemplateVersion({
        LaunchTemplateId: template,
        SourceVersion: '1',
        LaunchTemplateData: { InstanceType: 't3.medium' },
      });
      await clients.autoScaling.updateAutoScalingGroup({
        AutoScalingGroupName: group,
        LaunchTemplate: { LaunchTemplateId: template, Version: version },
        DesiredCapacity: size,
      });
      assert.deepEqual(aws.control.violations, []);
      await aws.control.step(6);
    }
    await aws.control.watch();
    assert.match(aws.control.violations[0]?.message ?? '', /3 versions serve at once/);
  });
});

describe('what goes wrong on demand', () => {
  test('the next calls are throttled in the words of their service, then no more', async () => {
    aws.control.throttle(3);
    await assert.rejects(
      clients.autoScaling.describeAutoScalingGroups({}),
      refusedWith('Throttling', /Rate exceeded/),
    );
    await assert.rejects(clients.ec2.describeVpcs({}), refusedWith('RequestLimitExceeded', /limit exceeded/));
    await assert.rejects(
      clients.ssm.getParameter({ Name: '/x' }),
      refusedWith('ThrottlingException', /Rate exceeded/),
    );
    await clients.ec2.describeVpcs({});
  });

  test('expired credentials are refused everywhere until they are renewed', async () => {
    aws.control.expireCredentials();
    const expired = /token included in the request is expired/;
    await assert.rejects(clients.sts.getCallerIdentity(), refusedWith('ExpiredToken', expired));
    await assert.rejects(
      clients.ssm.getParameter({ Name: '/x' }),
      refusedWith('ExpiredTokenException', expired),
    );
    await assert.rejects(clients.ec2.describeVpcs({}), refusedWith('RequestExpired', /expired/));
    aws.control.expireCredentials(false);
    await clients.sts.getCallerIdentity();
  });

  test('a listener can break the connection before a call takes effect, and instead of its answer', async () => {
    const put = (Name: string) => clients.ssm.putParameter({ Name, Value: 'x', Type: 'String' });
    const exists = async (Name: string) => {
      const { Parameters = [] } = await clients.ssm.getParameters({ Names: [Name] });
      return Parameters.length === 1;
    };
    for (const phase of ['before', 'after'] as const) {
      const end = aws.control.onCall((_call, when) => {
        if (when === phase) throw new Error('interrupted');
      });
      await assert.rejects(put(`/${phase}`));
      end();
      assert.equal(await exists(`/${phase}`), phase === 'after');
    }
    assert.deepEqual(
      aws.control.calls.map(({ number, service, action }) => [number, service, action]),
      [
        [1, 'ssm', 'PutParameter'],
        [2, 'ssm', 'GetParameters'],
        [3, 'ssm', 'PutParameter'],
        [4, 'ssm', 'GetParameters'],
      ],
    );
  });
});

describe('metrics', () => {
  const minute = (index: number) => new Date(Date.UTC(2026, 0, 1, 12, index));
  const targetGroup = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/inlet-prod-a/0123';
  const query = (
    Id: string,
    MetricName: string,
    Stat: string,
    Period = 60,
    LoadBalancer = 'app/inlet-prod/4567',
  ) => ({
    Id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/ApplicationELB',
        MetricName,
        Dimensions: [
          { Name: 'TargetGroup', Value: 'targetgroup/inlet-prod-a/0123' },
          { Name: 'LoadBalancer', Value: LoadBalancer },
        ],
      },
      Period,
      Stat,
    },
  });

  test('traffic that a test puts is what GetMetricData tells, by minute and statistic', async () => {
    const latencies = [0.1, 0.2, 0.3, 0.4];
    aws.control.putTraffic(
      { targetGroup, minute: minute(0), requests: 4, errors5xx: 1, latencies },
      { targetGroup, minute: minute(1), requests: 6, latencies: [1] },
    );
    const { MetricDataResults = [] } = await clients.cloudWatch.getMetricData({
      StartTime: minute(0),
      EndTime: minute(5),
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [
        query('requests', 'RequestCount', 'Sum'),
        query('all', 'RequestCount', 'Sum', 300),
        query('errors', 'HTTPCode_Target_5XX_Count', 'Sum'),
        query('p75', 'TargetResponseTime', 'p75'),
        query('count', 'TargetResponseTime', 'SampleCount'),
        query('fast', 'TargetResponseTime', 'PR(:0.3)'),
      ],
    });
    const values = Object.fromEntries(MetricDataResults.map(({ Id = '', Values }) => [Id, Values]));
    assert.deepEqual(values, {
      requests: [4, 6],
      all: [10],
      // A minute without an error has no value.
      errors: [1],
      p75: [0.3, 1],
      count: [4, 1],
      fast: [75, 0],
    });
    assert.deepEqual(MetricDataResults[0]?.Timestamps, [minute(0), minute(1)]);
  });

  test('a statistic that there is not is refused', async () => {
    aws.control.putTraffic({ targetGroup, minute: minute(0), requests: 1 });
    await assert.rejects(
      clients.cloudWatch.getMetricData({
        StartTime: minute(0),
        EndTime: minute(5),
        MetricDataQueries: [query('a', 'RequestCount', 'Median')],
      }),
      /Median/,
    );
  });
});
