import { AwsError } from './aws-error.ts';
import type { Refusals } from './behaviour.ts';
import type { World } from './world.ts';

/** Bytes of a standard parameter. Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const maxValue = 4096;

/** What Parameter Store refuses, and moto lets pass. */
export function createParameterRefusals({ moto }: World): Refusals {
  return {
    async 'ssm.PutParameter'({ params }) {
      const { Value = '', Tier = 'Standard', DataType, Name } = params;
      if (Tier === 'Standard' && Buffer.byteLength(Value) > maxValue) {
        throw new AwsError(
          'ValidationException',
          `Standard tier parameters support a maximum parameter value of ${maxValue} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`,
        );
      }
      if (DataType !== 'aws:ec2:image') return;
      // AWS answers 200 first, looks afterwards, and then never makes the version. Refused at once here, because
      // nothing else would tell.
      // Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html
      const found = await moto.ec2.describeImages({ ImageIds: [Value] }).catch(() => undefined);
      if (found?.Images?.length) return;
      throw new AwsError(
        'ValidationException',
        `The image ${Value} of the parameter ${Name} does not exist.`,
      );
    },
  };
}
