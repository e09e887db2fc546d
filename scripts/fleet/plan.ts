import type { Claim } from './claim-operation.ts';

/** What a running step may use. */
export interface StepContext {
  claim: Claim;
  signal: AbortSignal;
  /** Says how far the step is. Called as often as there is something new. */
  progress(detail: string): void;
}

/**
 * One thing that a command does. Running it again after it was done, or half done, ends in the same state: that
 * is what lets every command be continued after it was interrupted.
 */
export interface Step {
  title: string;
  run(context: StepContext): Promise<void>;
}

export interface Plan {
  /** What is done to what, such as `release 8`. The same subject continues an interrupted command. */
  subject: string;
  /** What an administrator should know before saying yes, a sentence a line. */
  notes: string[];
  /** Empty if there is nothing to do. */
  steps: Step[];
}
