import { after } from 'node:test';
import { startAwsStandIn } from '../support/aws-stand-in.ts';
import { snsSuite } from '../support/aws-suites.ts';

const standIn = await startAwsStandIn();
after(() => standIn.stop());

snsSuite('SNS', standIn);
