import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';

/** What goes wrong on demand, whatever is called. */
export type Faults = ReturnType<typeof createFaults>;

export function createFaults() {
  let throttled = 0;
  let expired = false;
  return {
    /** Refuses the next `calls` calls, as AWS does to an account that calls too often. The SDK's own retries count. */
    throttle(calls: number) {
      throttled = calls;
    },
    /** Whether the credentials of every client are expired. */
    expireCredentials(yes = true) {
      expired = yes;
    },
    check(call: AwsCall) {
      if (expired) throw expiry(call);
      if (throttled === 0) return;
      throttled -= 1;
      throw throttling(call);
    },
    clear() {
      throttled = 0;
      expired = false;
    },
  };
}

/** Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the services' "Common errors". */
function throttling({ protocol }: AwsCall): AwsError {
  if (protocol === 'ec2') return new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503);
  return new AwsError(protocol === 'json' ? 'ThrottlingException' : 'Throttling', 'Rate exceeded');
}

function expiry({ protocol }: AwsCall): AwsError {
  if (protocol === 'ec2') return new AwsError('RequestExpired', 'Request has expired.');
  const words = 'The security token included in the request is expired';
  if (protocol === 'json') return new AwsError('ExpiredTokenException', words);
  return new AwsError('ExpiredToken', words, 403);
}
