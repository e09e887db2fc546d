import type { AwsCall, Members } from './aws-call.ts';

/** A call by name, such as `autoscaling.SetDesiredCapacity`. */
export type CallName = `${string}.${string}`;

/** Refuses a call by throwing an AwsError. */
export type Refusal = (call: AwsCall) => void | Promise<void>;
export type Refusals = Record<CallName, Refusal>;

/** Answers a call in the place of moto, or leaves it to moto by answering nothing. */
export type Handler = (call: AwsCall) => Members | undefined | Promise<Members | undefined>;
export type Handlers = Record<CallName, Handler>;

export const nameOf = ({ service, action }: AwsCall): CallName => `${service}.${action}`;

/** Whether a call changes nothing. AWS names its calls so that one can tell. */
export const isRead = ({ action }: { action: string }) => /^(Describe|Get|List|Filter)/.test(action);
