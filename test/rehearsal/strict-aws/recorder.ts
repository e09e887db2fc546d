import type { AwsCall, Members } from './aws-call.ts';

/** A call as the client made it. Reading calls are there as well. */
export interface RecordedCall {
  /** From 1, in the order of arrival. */
  number: number;
  service: string;
  action: string;
  params: Members;
  /** The error code it was refused with; undefined while it runs, and when it was answered. */
  refused?: string;
}

/**
 * Something that must not happen: a request that AWS's API model does not allow, a call against a policy of
 * ours, or a state that the fleet must never be in.
 */
export interface Violation {
  rule: 'api-model' | 'policy' | 'invariant' | 'stand-in';
  message: string;
  /** Number of the call that did it. */
  call: number;
}

/** Told of a call before it is looked at, and again after it took effect, before it is answered. */
export type CallListener = (call: RecordedCall, when: 'before' | 'after') => void | Promise<void>;

/** Keeps what was called and what went wrong. */
export type Recorder = ReturnType<typeof createRecorder>;

export function createRecorder() {
  const calls: RecordedCall[] = [];
  const violations: Violation[] = [];
  const listeners = new Set<CallListener>();
  return {
    calls,
    violations,
    listeners,
    record({ service, action, params }: AwsCall): RecordedCall {
      const call = { number: calls.length + 1, service, action, params };
      calls.push(call);
      return call;
    },
    async tell(call: RecordedCall, when: 'before' | 'after') {
      for (const listener of listeners) await listener(call, when);
    },
    violate(rule: Violation['rule'], message: string) {
      violations.push({ rule, message, call: calls.length });
    },
    clear() {
      calls.length = 0;
      violations.length = 0;
      listeners.clear();
    },
  };
}
