import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { buildApp } from 'fauxqs';
import { type AwsStandIn, withAccounts } from '../../support/aws-stand-in.ts';
import { addS3Checks } from '../../support/s3-checks.ts';

/** The stand-ins for S3, SNS and DynamoDB that all hosts share, on an address that they can reach. */
export async function startSharedStandIn(host: string): Promise<AwsStandIn> {
  const app = buildApp({ logger: false });
  addS3Checks(app);
  const fauxqs = await app.listen({ port: 0, host });
  const database = dynalite({ createTableMs: 0 });
  database.listen(0, host);
  await once(database, 'listening');
  const endpoints = {
    AWS_ENDPOINT_URL_S3: fauxqs,
    AWS_ENDPOINT_URL_SNS: fauxqs,
    AWS_ENDPOINT_URL_SQS: fauxqs,
    AWS_ENDPOINT_URL_DYNAMODB: `http://${host}:${(database.address() as AddressInfo).port}`,
  };
  return withAccounts(endpoints, async () => {
    app.server.closeAllConnections();
    await app.close();
    database.closeAllConnections();
    await new Promise((resolve) => database.close(resolve));
  });
}
