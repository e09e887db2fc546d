import type { DeliveryAttempt, FeedbackRecord } from './feedback-record.ts';

/** What became of a try: it is over, it is due again at a time, or nobody tries any more. */
export type Settlement = { state: 'delivered' } | { state: 'due'; dueAt: string } | { state: 'dead' };

export interface Backlog {
  /** Records whose notification is due or under way. A store that has to read them all may stop at 10 000. */
  depth: number;
  /** When the oldest of them was received, ISO 8601. */
  oldest?: string;
}

/** The tries a record's ledger keeps: enough to see what happened, far below the 400 KB cap of an item. */
export const ledgerLength = 20;

/**
 * The outbox side of the feedback store. Every change is conditional on the lease (`delivery.dueAt`), so
 * that of any number of workers exactly one publishes a record at a time.
 */
export interface Outbox {
  /** Up to `limit` records that are due at `now`, the longest due first. May lag behind the store. */
  due(now: string, limit: number): Promise<FeedbackRecord[]>;

  /** Takes the record until `until`, if it is still due under the lease that the caller saw. */
  claim(id: string, seen: string, until: string): Promise<boolean>;

  /**
   * Enters the attempt and what became of it, if the caller still holds the lease; keeps the newest
   * `ledgerLength` attempts. False if another worker has taken over or the record is gone.
   */
  settle(id: string, lease: string, attempt: DeliveryAttempt, settlement: Settlement): Promise<boolean>;

  /**
   * Makes a dead or delivered notification due at `now` again: tries counted from 0, the ledger kept.
   * False if there is no such record, or it is still due.
   */
  revive(id: string, now: string): Promise<boolean>;

  /**
   * Lets go of a held notification: it is due under the lease `until`, which the caller holds, and the status is
   * `new`. The changed record, or undefined if it is not held: of any number of callers exactly one gets it.
   */
  release(id: string, until: string): Promise<FeedbackRecord | undefined>;

  backlog(): Promise<Backlog>;
}
