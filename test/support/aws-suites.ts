import { openAwsPlatform } from '../../src/platform/aws/open-aws-platform.ts';
import { feedbackStoreSuite } from '../contract/feedback-store-suite.ts';
import { keyStoreSuite } from '../contract/key-store-suite.ts';
import { notifierSuite } from '../contract/notifier-suite.ts';
import { objectStoreSuite } from '../contract/object-store-suite.ts';
import { outboxSuite } from '../contract/outbox-suite.ts';
import { rateLimiterSuite } from '../contract/rate-limiter-suite.ts';
import { uploadCatalogueSuite } from '../contract/upload-catalogue-suite.ts';
import type { AwsAccount } from './aws-account.ts';
import type { AwsStandIn } from './aws-stand-in.ts';
import { startBreakingProxy } from './breaking-proxy.ts';

const open = ({ config, env }: AwsAccount) =>
  openAwsPlatform(config, { clock: () => new Date(), log: { warn() {} }, env });

/** The contract suites of everything that lives in DynamoDB. */
export function dynamoSuites(name: string, standIn: AwsStandIn): void {
  const openFresh = async () => open(await standIn.another());
  uploadCatalogueSuite(name, openFresh);
  feedbackStoreSuite(name, openFresh);
  outboxSuite(name, openFresh);
  keyStoreSuite(name, openFresh);
  rateLimiterSuite(name, async () => {
    const { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL } = standIn.env;
    const target = AWS_ENDPOINT_URL_DYNAMODB ?? AWS_ENDPOINT_URL ?? '';
    const proxy = await startBreakingProxy(target, () => 'pass');
    const account = await standIn.another({ AWS_ENDPOINT_URL_DYNAMODB: proxy.url });
    const [here, there] = [await open(account), await open(account)];
    return {
      rateLimiter: here.rateLimiter,
      neighbour: there.rateLimiter,
      breakStore: proxy.stop,
      async close() {
        await here.close();
        await there.close();
        await proxy.stop();
      },
    };
  });
}

export function s3Suite(name: string, standIn: AwsStandIn): void {
  objectStoreSuite(name, async () => {
    const account = await standIn.another();
    const { objectStore, close } = await open(account);
    return { objectStore, close, contents: account.contents };
  });
}

export function snsSuite(name: string, standIn: AwsStandIn): void {
  notifierSuite(name, async () => {
    const account = await standIn.another();
    const { notifier, close } = await open(account);
    return { notifier, close, received: account.messages };
  });
}
