import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { PollyClient } from '@aws-sdk/client-polly';
import { S3Client } from '@aws-sdk/client-s3';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import type { AwsConfig, Environment } from '../../config.ts';

export interface AwsClients {
  s3: S3Client;
  dynamo: DynamoDBDocumentClient;
  /** For rate limits only: gives up quickly, because every request waits for it. */
  limits: DynamoDB;
  sns: SNSClient;
  /** For SMS only: repeats no call by itself, because each may cost money. */
  sms: SNSClient;
  /** Repeats no call either: codes are sent again by those who know how long they are good. */
  ses: SESv2Client;
  polly: PollyClient;
  /** Closes every socket. */
  destroy(): void;
}

/**
 * The SDK clients. Each endpoint is `AWS_ENDPOINT_URL_<SERVICE>`, else `AWS_ENDPOINT_URL`, else the one of the
 * region. Credentials come from the SDK's default chain, normally the role of the instance.
 */
export function createAwsClients(config: AwsConfig, env: Environment): AwsClients {
  const common = (service: 'S3' | 'DYNAMODB' | 'SNS' | 'SESV2' | 'POLLY') => {
    const endpoint = env[`AWS_ENDPOINT_URL_${service}`] || config.AWS_ENDPOINT_URL;
    return {
      region: config.AWS_REGION,
      maxAttempts: 3,
      ...credentialsFrom(env),
      ...(endpoint && { endpoint }),
    };
  };

  const s3 = new S3Client({
    ...common('S3'),
    forcePathStyle: config.INLET_S3_PATH_STYLE ?? Boolean(env.AWS_ENDPOINT_URL_S3 || config.AWS_ENDPOINT_URL),
    // The store computes one CRC32 for each part itself; by default the SDK would hash every part again.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // No limit on the whole request: a large object may be read for as long as its bytes keep moving.
    requestHandler: handler({ maxSockets: 256, connectionTimeout: 5_000, socketTimeout: 60_000 }),
  });
  leavePayloadsUnsigned(s3);

  const prompt = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };
  const documents = new DynamoDB({
    ...common('DYNAMODB'),
    requestHandler: handler({ maxSockets: 128, ...prompt }),
  });
  const limits = new DynamoDB({
    ...common('DYNAMODB'),
    maxAttempts: 1,
    requestHandler: handler({ ...prompt, maxSockets: 128, connectionTimeout: 1_000, requestTimeout: 2_000 }),
  });
  const sns = new SNSClient({ ...common('SNS'), requestHandler: handler({ maxSockets: 64, ...prompt }) });
  const sms = new SNSClient({
    ...common('SNS'),
    maxAttempts: 1,
    requestHandler: handler({ maxSockets: 16, ...prompt }),
  });
  const ses = new SESv2Client({
    ...common('SESV2'),
    maxAttempts: 1,
    requestHandler: handler({ maxSockets: 16, ...prompt }),
  });
  const polly = new PollyClient({
    ...common('POLLY'),
    // Quotas are the account's, so that other processes may use them up: slow down with them.
    retryMode: 'adaptive',
    maxAttempts: 4,
    // Audio comes while it is made.
    requestHandler: handler({ maxSockets: 96, connectionTimeout: 3_000, socketTimeout: 30_000 }),
  });

  return {
    s3,
    dynamo: DynamoDBDocumentClient.from(documents, { marshallOptions: { removeUndefinedValues: true } }),
    limits,
    sns,
    sms,
    ses,
    polly,
    destroy() {
      for (const client of [s3, documents, limits, sns, sms, ses, polly]) client.destroy();
    },
  };
}

/** The first link of the SDK's chain, read from the given environment instead of the process's. */
function credentialsFrom(env: Environment) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey || env.AWS_PROFILE) return {};
  const sessionToken = env.AWS_SESSION_TOKEN;
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } };
}

/** Times in milliseconds. `socketTimeout` ends a connection on which nothing moves. */
function handler({ maxSockets, ...times }: NodeHttpHandlerOptions & { maxSockets: number }) {
  const agent = { keepAlive: true, maxSockets };
  return new NodeHttpHandler({ httpAgent: agent, httpsAgent: agent, ...times });
}

/**
 * Over TLS the payload's SHA-256 in the signature adds nothing to TLS and the CRC32 that S3 verifies, but
 * costs more than everything else in an upload. Without TLS it stays.
 */
function leavePayloadsUnsigned(s3: S3Client): void {
  s3.middlewareStack.add(
    (next, context) => async (args) => {
      const request = args.request as { protocol: string; headers: Record<string, string> };
      const carriesBytes = ['PutObjectCommand', 'UploadPartCommand'].includes(context.commandName ?? '');
      if (carriesBytes && request.protocol === 'https:') {
        request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      }
      return next(args);
    },
    { step: 'build', name: 'leavePayloadsUnsigned' },
  );
}
