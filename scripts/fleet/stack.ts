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
  /** In CloudFormation's words: `Add`, `Import` of what is there already, `Modify`, `Remove`, … */
  action: string;
  resource: string;
  type: string;
  /** Whether the resource is made anew instead of changed. */
  replacement: boolean;
}

export interface Stack {
  name: string;
  /** Undefined if there is no such stack in this region, or if it was only proposed. */
  read(): Promise<StackState | undefined>;
  /** Whether the stack was proposed and never made. It holds nothing, but its name is taken. */
  isOnlyProposed(): Promise<boolean>;
  /**
   * What a template (its body as it is sent) would change. Changes no resource, but a stack that is not there is
   * one that is only proposed from then on. Empty if nothing would change. Throws a FleetError with AWS's reasons
   * if AWS refuses it.
   */
  propose(body: string, parameters: Record<string, string>): Promise<StackChange[]>;
  /** Carries out the newest proposal. Returns as soon as CloudFormation has begun. */
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
