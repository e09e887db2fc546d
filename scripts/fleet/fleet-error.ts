/** A refusal or a failure that whoever runs the command can do something about. */
export class FleetError extends Error {
  /** What to do about it, in a sentence or a command. */
  readonly advice: string | undefined;

  constructor(message: string, { advice, cause }: { advice?: string; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'FleetError';
    this.advice = advice;
  }
}
