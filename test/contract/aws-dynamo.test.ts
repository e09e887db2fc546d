import { after } from 'node:test';
import { startAwsStandIn } from '../support/aws-stand-in.ts';
import { dynamoSuites } from '../support/aws-suites.ts';

const standIn = await startAwsStandIn();
after(() => standIn.stop());

dynamoSuites('DynamoDB', standIn);
