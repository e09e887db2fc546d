import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';

/**
 * One client a service; endpoint and credentials come from the SDK's own default chain. `maxAttempts` counts the
 * tries of a call that is throttled or finds no answer.
 */
export function createClients(region: string, maxAttempts: number) {
  const common = { region, maxAttempts };
  return {
    autoScaling: new AutoScalingClient(common),
    cloudFormation: new CloudFormationClient(common),
    cloudWatch: new CloudWatchClient(common),
    logs: new CloudWatchLogsClient(common),
    ec2: new EC2Client(common),
    elb: new ElasticLoadBalancingV2Client(common),
    iam: new IAMClient(common),
    ses: new SESv2Client(common),
    sns: new SNSClient(common),
    ssm: new SSMClient(common),
    sts: new STSClient(common),
  };
}

export type Clients = ReturnType<typeof createClients>;
