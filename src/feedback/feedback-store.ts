import type { PageRequest } from '../page.ts';
import type { FeedbackRecord, FeedbackStatus } from './feedback-record.ts';

export interface FeedbackFilter {
  form?: string | undefined;
  rating?: number | undefined;
  status?: FeedbackStatus | undefined;
  /** A text to find in message, name, e-mail address or the values of fields, whatever its case. */
  q?: string | undefined;
  /** Inclusive, ISO 8601. */
  from?: string | undefined;
  /** Exclusive, ISO 8601. */
  to?: string | undefined;
}

/** Where feedback lives. A store that cannot be reached rejects with `store_unavailable`. */
export interface FeedbackStore {
  /**
   * Enters the record unless its id is taken: one conditional put, durable when it resolves.
   * Answers with the record that holds the id now, which is the given one if it was entered.
   */
  put(record: FeedbackRecord): Promise<{ created: boolean; record: FeedbackRecord }>;

  get(id: string): Promise<FeedbackRecord | undefined>;

  /** Newest first by `receivedAt`, then by `id`, both descending. */
  list(filter: FeedbackFilter, page: PageRequest): Promise<FeedbackRecord[]>;

  /** The changed record, or undefined if there is none. */
  setStatus(id: string, status: FeedbackStatus): Promise<FeedbackRecord | undefined>;

  /** Removes the record. False if there was none. */
  delete(id: string): Promise<boolean>;

  check(): Promise<void>;
}
