export interface Clock {
  now(): Date;
  /** Rejects with the signal's reason when it fires. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
