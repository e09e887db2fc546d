import type { SpeechRecord } from './speech-record.ts';

/**
 * Where the records of speech live. A store that cannot be reached rejects with `store_unavailable`. Every change
 * is conditional on the version that the caller saw, so that of any number of workers exactly one makes a speech.
 */
export interface SpeechStore {
  /** Enters a new record. False if there is one with this id already. */
  create(record: SpeechRecord): Promise<boolean>;

  get(id: string): Promise<SpeechRecord | undefined>;

  /** Replaces the record if it still has the version `seen`; `record` has a higher one. False if not, or if it is gone. */
  put(record: SpeechRecord, seen: number): Promise<boolean>;

  /** Up to `limit` records that may be taken up at `now`, the longest due first. May lag behind the store. */
  due(now: string, limit: number): Promise<SpeechRecord[]>;

  /** Removes the record if it still has the version `seen`. False if not, or if it is gone. */
  delete(id: string, seen: number): Promise<boolean>;

  /** Resolves if the store answers and may be used; rejects with the reason otherwise. */
  check(): Promise<void>;
}
