import { openAwsPlatform } from '../../src/platform/aws/open-aws-platform.ts';
import { claimsSuite } from '../contract/claims-suite.ts';
import { codesSuite } from '../contract/codes-suite.ts';
import { countersSuite } from '../contract/counters-suite.ts';
import { feedbackStoreSuite } from '../contract/feedback-store-suite.ts';
import { keyStoreSuite } from '../contract/key-store-suite.ts';
import { notifierSuite } from '../contract/notifier-suite.ts';
import { objectStoreSuite } from '../contract/object-store-suite.ts';
import { otpStoreSuite } from '../contract/otp-store-suite.ts';
import { outboxSuite } from '../contract/outbox-suite.ts';
import { planStoreSuite } from '../contract/plan-store-suite.ts';
import { rateLimiterSuite } from '../contract/rate-limiter-suite.ts';
import { speechStoreSuite } from '../contract/speech-store-suite.ts';
import { uploadCatalogueSuite } from '../contract/upload-catalogue-suite.ts';
import { usageMeterSuite } from '../contract/usage-meter-suite.ts';
import type { AwsAccount } from './aws-account.ts';
import type { AwsStandIn } from './aws-stand-in.ts';
import { startBreakingProxy } from './breaking-proxy.ts';

const open = ({ config, env }: AwsAccount, clock = () => new Date()) =>
  openAwsPlatform(config, { clock, log: { warn() {} }, env });

/** The contract suites of everything that lives in DynamoDB. */
export function dynamoSuites(name: string, standIn: AwsStandIn): void {
  const openFresh = async () => open(await standIn.another());
  uploadCatalogueSuite(name, openFresh);
  feedbackStoreSuite(name, openFresh);
  outboxSuite(name, openFresh);
  keyStoreSuite(name, openFresh);
  planStoreSuite(name, openFresh);
  speechStoreSuite(name, openFresh);
  const openBoth = () => openLedgers(standIn);
  claimsSuite(name, async () => {
    const { here, there, ...opened } = await openBoth();
    return { claims: here.claims, neighbour: there.claims, ...opened };
  });
  usageMeterSuite(name, async () => {
    const { here, there, ...opened } = await openBoth();
    return { usageMeter: here.usageMeter, neighbour: there.usageMeter, ...opened };
  });
  countersSuite(name, async () => {
    const { here, there, ...opened } = await openBoth();
    return { counters: here.counters, neighbour: there.counters, ...opened };
  });
  const openOtp = async () => {
    const { here, there, ...opened } = await openBoth();
    return { otpStore: here.otpStore, neighbour: there.otpStore, claims: here.claims, ...opened };
  };
  otpStoreSuite(name, openOtp);
  codesSuite(name, openOtp);
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

/** Two processes over one table, which both lose when the store is broken. */
async function openLedgers(standIn: AwsStandIn) {
  const { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL } = standIn.env;
  const proxy = await startBreakingProxy(AWS_ENDPOINT_URL_DYNAMODB ?? AWS_ENDPOINT_URL ?? '', () => 'pass');
  const account = await standIn.another({ AWS_ENDPOINT_URL_DYNAMODB: proxy.url });
  let now = new Date();
  const [here, there] = [await open(account, () => now), await open(account, () => now)];
  return {
    here,
    there,
    setClock(time: string) {
      now = new Date(time);
    },
    breakStore: proxy.stop,
    async close() {
      await here.close();
      await there.close();
      await proxy.stop();
    },
  };
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
