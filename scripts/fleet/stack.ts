/** The fleet's infrastructure, as CloudFormation knows it. */
export interface StackState {
  /** In CloudFormation's words, such as `UPDATE_COMPLETE`. */
  status: string;
  /** Why it is in this state, if AWS says. */
  reason: string | undefined;
  outputs: Record<string, string>;
  parameters: Record<string, string>;
}

export interface StackChange {
  action: string;
  resource: string;
  type: string;
  /** Whether the resource is made anew instead of changed. */
  replacement: boolean;
}

export interface Stack {
  name: string;
  /** Undefined if there is no such stack in this region. */
  read(): Promise<StackState | undefined>;
  /** What an update would change. Changes nothing. Empty if nothing would change. */
  propose(template: string, parameters: Record<string, string>): Promise<StackChange[]>;
  /** Creates the stack, or carries out the newest proposal. Returns at once. */
  create(template: string, parameters: Record<string, string>): Promise<void>;
  carryOut(): Promise<void>;
  /** Deletes the stack; what its template retains stays. Returns at once. */
  remove(): Promise<void>;
  /** What went wrong with single resources since a time, in AWS's words. */
  failures(since: Date): Promise<string[]>;
}

export const isSettled = (status: string) =>
  /_COMPLETE$/.test(status) && !/CLEANUP_IN_PROGRESS$/.test(status);
/** States that a stack can still be used in. */
export const isUsable = (status: string) =>
  /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/.test(status);
