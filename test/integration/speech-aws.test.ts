import { after, it } from 'node:test';
import { openAwsPlatform } from '../../src/platform/aws/open-aws-platform.ts';
import { speechServiceSuite } from '../contract/speech-service-suite.ts';
import { type AwsStandIn, startAwsStandIn } from '../support/aws-stand-in.ts';
import { noMoto, startMoto } from '../support/moto.ts';

function suite(name: string, standIn: AwsStandIn): void {
  after(() => standIn.stop());
  speechServiceSuite(name, async () => {
    const { config, env, contents } = await standIn.another();
    const open = () => openAwsPlatform(config, { clock: () => new Date(), log: { warn() {} }, env });
    const [here, there] = [await open(), await open()];
    return {
      here,
      there,
      contents,
      async close() {
        await here.close();
        await there.close();
      },
    };
  });
}

suite('S3 and DynamoDB', await startAwsStandIn());
const moto = await startMoto();
if (moto) suite('S3 and DynamoDB of moto', moto);
else it('S3 and DynamoDB of moto', { skip: noMoto });
