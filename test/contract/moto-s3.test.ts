import { after, it } from 'node:test';
import { s3Suite } from '../support/aws-suites.ts';
import { noMoto, startMoto } from '../support/moto.ts';

const moto = await startMoto();
after(() => moto?.stop());

if (moto) s3Suite('S3 of moto', moto);
else it('S3 of moto', { skip: noMoto });
