import { after, it } from 'node:test';
import { snsSuite } from '../support/aws-suites.ts';
import { noMoto, startMoto } from '../support/moto.ts';

const moto = await startMoto();
after(() => moto?.stop());

if (moto) snsSuite('SNS of moto', moto);
else it('SNS of moto', { skip: noMoto });
