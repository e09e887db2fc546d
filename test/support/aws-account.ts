import { randomUUID } from 'node:crypto';
import { DynamoDB, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type AwsConfig, type Environment, loadConfig } from '../../src/config.ts';
import { type AwsClients, createAwsClients } from '../../src/platform/aws/aws-clients.ts';
import { limitsTableDefinition, tableDefinition } from '../../src/platform/aws/table-definition.ts';
import type { ReceivedMessage } from '../contract/notifier-suite.ts';

/** Everything that Inlet needs of AWS, freshly made and empty. */
export interface AwsAccount {
  env: Environment;
  config: AwsConfig;
  clients: AwsClients;
  sqs: SQSClient;
  /** Keys of objects and open multipart uploads in the bucket. */
  contents(): Promise<string[]>;
  /** What came to the queue, once at least `count` messages have. */
  messages(count: number): Promise<ReceivedMessage[]>;
  close(): void;
}

/** Makes bucket, topic, queue and tables at the endpoints that `endpoints` names. */
export async function createAwsAccount(endpoints: Environment): Promise<AwsAccount> {
  const name = `inlet-${randomUUID()}`;
  const env = {
    INLET_PLATFORM: 'aws',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    INLET_LINK_SECRETS: 'a secret that is only good for tests',
    INLET_BUCKET: name,
    INLET_TABLE: name,
    INLET_TOPIC_ARN: `arn:aws:sns:us-east-1:000000000000:${name}`,
    ...endpoints,
  };
  const clients = createAwsClients(awsConfig(env), env);
  const sqs = new SQSClient({
    region: env.AWS_REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    endpoint: endpoints.AWS_ENDPOINT_URL_SQS ?? endpoints.AWS_ENDPOINT_URL ?? '',
  });

  await clients.s3.send(new CreateBucketCommand({ Bucket: name }));
  // The service's own client for limits gives up after two seconds, which a busy stand-in may take for a table.
  const dynamo = new DynamoDB({
    region: env.AWS_REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    endpoint: endpoints.AWS_ENDPOINT_URL_DYNAMODB ?? endpoints.AWS_ENDPOINT_URL ?? '',
  });
  await createTables(dynamo, name).finally(() => dynamo.destroy());
  const { TopicArn } = await clients.sns.send(new CreateTopicCommand({ Name: name }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  await clients.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.QueueArn }));

  const complete = { ...env, INLET_TOPIC_ARN: TopicArn };
  return {
    env: complete,
    config: awsConfig(complete),
    clients,
    sqs,
    contents: () => contentsOf(clients.s3, name),
    messages: (count) => receive(sqs, QueueUrl, count),
    close() {
      clients.destroy();
      sqs.destroy();
    },
  };
}

function awsConfig(env: Environment): AwsConfig {
  const config = loadConfig(env);
  if (config.INLET_PLATFORM !== 'aws') throw new Error('expected the aws platform');
  return config;
}

async function createTables(client: DynamoDB, name: string): Promise<void> {
  for (const definition of [tableDefinition(name), limitsTableDefinition(`${name}-limits`)]) {
    await client.createTable(definition);
    const { TableName } = definition;
    await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  }
}

async function contentsOf(s3: S3Client, Bucket: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  return [
    ...Contents.map(({ Key }) => `object ${Key}`),
    ...Uploads.map(({ Key }) => `multipart upload ${Key}`),
  ];
}

async function receive(sqs: SQSClient, QueueUrl: string | undefined, count: number) {
  const received: ReceivedMessage[] = [];
  while (received.length < count) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
    );
    for (const { Body = '', ReceiptHandle } of Messages) {
      received.push(readEnvelope(Body));
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
  return received;
}

/** SNS delivers the `default` text to queues; fauxqs delivers all the texts, as they were published. */
function readEnvelope(body: string): ReceivedMessage {
  const envelope = JSON.parse(body);
  const message = JSON.parse(envelope.Message);
  const attributes: ReceivedMessage['attributes'] = {};
  for (const [name, given] of Object.entries(envelope.MessageAttributes ?? {})) {
    const { Type, Value } = given as { Type: string; Value: string };
    attributes[name] = Type === 'Number' ? Number(Value) : Value;
  }
  return { data: 'default' in message ? JSON.parse(message.default) : message, attributes };
}
