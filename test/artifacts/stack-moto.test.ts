import assert from 'node:assert/strict';
import test from 'node:test';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeListenersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetParametersByPathCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { templateBody } from '../../infra/policies/template-body.ts';
import { noMoto, startMoto } from '../support/moto.ts';
import { readTemplate } from '../support/read-template.ts';

const moto = await startMoto();

// moto knows no Fn::Cidr and no IPv6 of networks, so the load balancer has IPv4 only here.
const Parameters = [{ ParameterKey: 'IpAddressType', ParameterValue: 'ipv4' }];

test('a stack comes up, with both slots, its outputs and the settings', {
  skip: !moto && noMoto,
}, async (t) => {
  assert.ok(moto);
  t.after(() => moto.stop());
  const common = {
    region: 'eu-central-1',
    endpoint: moto.env.AWS_ENDPOINT_URL ?? assert.fail(),
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const [ssm, ec2, cloudFormation] = [
    new SSMClient(common),
    new EC2Client(common),
    new CloudFormationClient(common),
  ];
  const [scaling, balancing] = [new AutoScalingClient(common), new ElasticLoadBalancingV2Client(common)];
  t.after(() => {
    for (const client of [ssm, ec2, cloudFormation, scaling, balancing]) client.destroy();
  });

  const { Images = [] } = await ec2.send(new DescribeImagesCommand({}));
  const before = { image: Images[0]?.ImageId, 'slots/a/version': '1', 'slots/a/min': '1' };
  const parameters = { ...before, 'slots/b/version': '1', 'slots/b/min': '0' };
  for (const [name, Value] of Object.entries(parameters)) {
    await ssm.send(new PutParameterCommand({ Name: `/inlet/prod/${name}`, Value, Type: 'String' }));
  }
  const TemplateBody = templateBody(readTemplate());
  const StackName = 'inlet-prod';
  await cloudFormation.send(
    new CreateStackCommand({ StackName, TemplateBody, Parameters, Capabilities: ['CAPABILITY_NAMED_IAM'] }),
  );

  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  assert.equal(Stacks?.[0]?.StackStatus, 'CREATE_COMPLETE');
  const outputs = Object.fromEntries(
    (Stacks[0].Outputs ?? []).map((o) => [o.OutputKey, o.OutputValue ?? '']),
  );
  assert.deepEqual(Object.keys(outputs).sort(), Object.keys(readTemplate().Outputs).sort());
  assert.equal(outputs.LaunchTemplateVersion, '1');
  assert.match(outputs.LoadBalancerFullName ?? '', /^app\/inlet-prod\/\w+$/);
  assert.match(outputs.TargetGroupBFullName ?? '', /^targetgroup\/inlet-prod-b\/\w+$/);
  assert.match(outputs.Url ?? '', /^http:\/\/inlet-prod/);

  const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
  assert.deepEqual(
    AutoScalingGroups.map((group) => [
      group.AutoScalingGroupName,
      group.MinSize,
      group.LaunchTemplate?.Version,
      group.TargetGroupARNs,
      group.VPCZoneIdentifier?.split(',').length,
    ]),
    [
      [outputs.GroupA, 1, '1', [outputs.TargetGroupA], 3],
      [outputs.GroupB, 0, '1', [outputs.TargetGroupB], 3],
    ],
  );

  const { TargetGroups = [] } = await balancing.send(new DescribeTargetGroupsCommand({}));
  assert.deepEqual(
    TargetGroups.map((group) => [group.TargetGroupName, group.HealthCheckPath, group.Matcher?.HttpCode]),
    [
      ['inlet-prod-a', '/health', '200'],
      ['inlet-prod-b', '/health', '200'],
    ],
  );
  const listeners = await balancing.send(
    new DescribeListenersCommand({ ListenerArns: [outputs.ListenerArn ?? assert.fail()] }),
  );
  const [action] = listeners.Listeners?.[0]?.DefaultActions ?? [];
  assert.equal(action?.FixedResponseConfig?.StatusCode, '503');
  assert.equal(JSON.parse(action.FixedResponseConfig.MessageBody ?? '').status, 503);

  const settings = await ssm.send(
    new GetParametersByPathCommand({ Path: '/inlet/prod/env', MaxResults: 10 }),
  );
  const value = (name: string) =>
    settings.Parameters?.find(({ Name }) => Name === `/inlet/prod/env/${name}`)?.Value;
  assert.deepEqual(
    ['INLET_PLATFORM', 'AWS_REGION', 'INLET_BUCKET', 'INLET_TABLE', 'INLET_TOPIC_ARN'].map(value),
    ['aws', 'eu-central-1', outputs.Bucket, outputs.Table, outputs.TopicArn],
  );
});
