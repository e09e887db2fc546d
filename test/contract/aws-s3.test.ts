import { after } from 'node:test';
import { startAwsStandIn } from '../support/aws-stand-in.ts';
import { s3Suite } from '../support/aws-suites.ts';

const standIn = await startAwsStandIn();
after(() => standIn.stop());

s3Suite('S3', standIn);
