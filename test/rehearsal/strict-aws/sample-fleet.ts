import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import type { StrictAws } from './start-strict-aws.ts';

export type SampleClients = ReturnType<typeof createSampleClients>;

/** The SDK's clients as the fleet makes them, aimed at the stand-in. They do not try again: each call counts once. */
export function createSampleClients({ endpoint, env }: StrictAws, region = env.AWS_REGION) {
  const settings = {
    endpoint,
    region,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
    maxAttempts: 1,
  };
  const clients = {
    autoScaling: new AutoScaling(settings),
    cloudFormation: new CloudFormation(settings),
    cloudWatch: new CloudWatch(settings),
    ec2: new EC2(settings),
    loadBalancing: new ElasticLoadBalancingV2(settings),
    logs: new CloudWatchLogs(settings),
    ssm: new SSM(settings),
    sts: new STS(settings),
  };
  return {
    ...clients,
    destroy() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** A load balancer, two target groups, and a group of at most four instances with both hooks: slot a. */
export async function createSampleFleet(aws: StrictAws, { autoScaling, ec2, loadBalancing }: SampleClients) {
  const { Subnets = [] } = await ec2.describeSubnets();
  const subnets = Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId);
  const vpc = Subnets[0]?.VpcId ?? '';
  const { LoadBalancers = [] } = await loadBalancing.createLoadBalancer({
    Name: 'inlet-prod',
    Subnets: subnets,
  });
  const loadBalancer = LoadBalancers[0]?.LoadBalancerArn ?? '';
  const createTargetGroup = async (Name: string, VpcId = vpc) => {
    const { TargetGroups = [] } = await loadBalancing.createTargetGroup({
      Name,
      Protocol: 'HTTP',
      Port: 3000,
      VpcId,
    });
    return TargetGroups[0]?.TargetGroupArn ?? '';
  };
  const a = await createTargetGroup('inlet-prod-a');
  const b = await createTargetGroup('inlet-prod-b');
  const { Listeners = [] } = await loadBalancing.createListener({
    LoadBalancerArn: loadBalancer,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
  });
  const image = await aws.control.addImage({ tags: { 'inlet:commit': 'c0ffee' } });
  const { LaunchTemplate } = await ec2.createLaunchTemplate({
    LaunchTemplateName: 'inlet-prod',
    LaunchTemplateData: { ImageId: image, InstanceType: 't3.small' },
  });
  const template = LaunchTemplate?.LaunchTemplateId ?? '';
  const group = 'inlet-prod-a';
  await autoScaling.createAutoScalingGroup({
    AutoScalingGroupName: group,
    MinSize: 0,
    MaxSize: 4,
    LaunchTemplate: { LaunchTemplateId: template, Version: '1' },
    VPCZoneIdentifier: subnets.join(','),
    TargetGroupARNs: [a],
    HealthCheckType: 'ELB',
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName: 'launch',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        HeartbeatTimeout: 600,
      },
      {
        LifecycleHookName: 'terminate',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: 300,
        DefaultResult: 'CONTINUE',
      },
    ],
    Tags: [{ Key: 'inlet:slot', Value: 'a', PropagateAtLaunch: true }],
  });
  const listener = Listeners[0]?.ListenerArn ?? '';
  return { a, b, group, image, listener, loadBalancer, template, vpc, createTargetGroup };
}

/** A forward action with these weights, by target group. */
export function forwardTo(weights: Record<string, number>) {
  const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({
    TargetGroupArn,
    Weight,
  }));
  return [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
}

/** The one condition of the controller's rule. */
export const everyPath = [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }];
