/** What a command that changes the fleet leaves in the journal, and what the next one finds there. */
export interface Operation {
  state: 'idle' | 'running' | 'interrupted' | 'failed';
  /** As it was typed, such as `release 8 --canary 20`. */
  command: string;
  /** The step that it is at, or that it ended in. */
  step: string;
  by: string;
  startedAt: string;
  /** When it last showed that it lives. */
  beatAt: string;
  /** Why it ended, if it did not end well. */
  reason?: string | undefined;
}

/**
 * One record in a store that numbers its writes. A writer that is given another number than the next one knows
 * that somebody else has written since it read, although the store has no conditional write.
 */
export interface OperationStore {
  read(): Promise<{ operation: Operation | undefined; revision: number }>;
  /** Returns the number of this write. */
  write(operation: Operation): Promise<number>;
}
