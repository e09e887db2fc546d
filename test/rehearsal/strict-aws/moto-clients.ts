import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { S3 } from '@aws-sdk/client-s3';
import { SSM } from '@aws-sdk/client-ssm';
import { AwsError } from './aws-error.ts';

/** The stand-in's own way to moto, behind the rules and the record. */
export type MotoClients = ReturnType<typeof createMotoClients>;

export function createMotoClients(endpoint: string, region: string) {
  const settings = {
    endpoint,
    region,
    credentials: { accessKeyId: 'stand-in', secretAccessKey: 'stand-in' },
    maxAttempts: 1,
  };
  const clients = {
    autoScaling: new AutoScaling(settings),
    cloudFormation: new CloudFormation(settings),
    dynamoDb: new DynamoDB(settings),
    ec2: new EC2(settings),
    loadBalancing: new ElasticLoadBalancingV2(settings),
    logs: new CloudWatchLogs(settings),
    s3: new S3({ ...settings, forcePathStyle: true }),
    ssm: new SSM(settings),
  };
  return {
    ...clients,
    region,
    /** EC2 in another region. Whoever asks for it destroys it. */
    ec2In: (other: string) => new EC2({ ...settings, region: other }),
    destroy() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** moto's own refusal, made the stand-in's; anything else is a fault of the stand-in. */
export function asAwsError(error: unknown): unknown {
  if (!(error instanceof Error) || !('$metadata' in error)) return error;
  const { httpStatusCode } = error.$metadata as { httpStatusCode?: number };
  const code = (error as { Code?: string }).Code ?? error.name;
  return new AwsError(code, error.message, httpStatusCode ?? 400);
}
