import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { buildApp } from 'fauxqs';
import { type AwsAccount, createAwsAccount } from './aws-account.ts';
import { addS3Checks } from './s3-checks.ts';

/** Servers that stand in for AWS, with an account to use. */
export interface AwsStandIn extends AwsAccount {
  /** Another account on the same servers: its bucket, topic, queue and tables are empty. */
  another(endpoints?: Record<string, string>): Promise<AwsAccount>;
  stop(): Promise<void>;
}

/** fauxqs for S3, SNS and SQS, dynalite for DynamoDB, in this process, on free ports of the loopback address. */
export async function startAwsStandIn(): Promise<AwsStandIn> {
  const app = buildApp({ logger: false });
  addS3Checks(app);
  const fauxqs = await app.listen({ port: 0, host: '127.0.0.1' });
  const database = dynalite({ createTableMs: 0 });
  const endpoints = {
    AWS_ENDPOINT_URL_S3: fauxqs,
    AWS_ENDPOINT_URL_SNS: fauxqs,
    AWS_ENDPOINT_URL_SQS: fauxqs,
    AWS_ENDPOINT_URL_DYNAMODB: await listen(database),
  };
  return withAccounts(endpoints, async () => {
    await app.close();
    await close(database);
  });
}

/** Shares the servers at `endpoints` among accounts; `stopServers` ends them after the accounts are closed. */
export async function withAccounts(
  endpoints: Record<string, string>,
  stopServers: () => Promise<void>,
): Promise<AwsStandIn> {
  const accounts: AwsAccount[] = [];
  const another = async (other: Record<string, string> = {}) => {
    const account = await createAwsAccount({ ...endpoints, ...other });
    accounts.push(account);
    return account;
  };
  return {
    ...(await another()),
    another,
    async stop() {
      for (const account of accounts) account.close();
      await stopServers();
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeIdleConnections();
  });
}
