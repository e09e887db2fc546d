import { after, it } from 'node:test';
import { dynamoSuites } from '../support/aws-suites.ts';
import { noMoto, startMoto } from '../support/moto.ts';

const moto = await startMoto();
after(() => moto?.stop());

if (moto) dynamoSuites('DynamoDB of moto', moto);
else it('DynamoDB of moto', { skip: noMoto });
