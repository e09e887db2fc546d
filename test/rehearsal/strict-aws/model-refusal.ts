import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { checkShape } from './check-shape.ts';

/**
 * How the service of `call` refuses a request that breaks its API model; undefined for one that keeps to it.
 * AWS itself lets some unknown members pass. Here they are refused, because they are always a slip.
 */
export function modelRefusal(call: AwsCall): AwsError | undefined {
  const faults = [...call.malformed, ...checkShape(call.model, call.input, call.params)];
  if (faults.length === 0) return undefined;
  const words = `${faults.length} validation error${faults.length > 1 ? 's' : ''} detected: ${faults.join('; ')}`;
  if (call.protocol === 'ec2') return new AwsError(ec2Code(faults[0] ?? ''), words);
  return new AwsError(call.protocol === 'json' ? 'ValidationException' : 'ValidationError', words);
}

/** Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
function ec2Code(fault: string): string {
  if (fault.includes('is not recognized')) return 'UnknownParameter';
  return fault.startsWith('Value null') ? 'MissingParameter' : 'InvalidParameterValue';
}
