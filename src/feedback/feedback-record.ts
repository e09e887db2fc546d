import type { Suspicion } from '../metrics/metric-definitions.ts';
import type { Channel } from '../otp/channel.ts';

export const feedbackStatuses = ['new', 'read', 'archived', 'spam', 'quarantined'] as const;
export type FeedbackStatus = (typeof feedbackStatuses)[number];

/** One try to hand a record to the notifier. */
export interface DeliveryAttempt {
  /** ISO 8601, UTC. */
  at: string;
  outcome: 'delivered' | 'failed';
  /** What the notifier answered: its message id, or what went wrong. */
  detail: string;
}

/** The outbox mark of a record: how far its notification has come. `held` waits for a person. */
export interface Delivery {
  state: 'due' | 'delivered' | 'dead' | 'held';
  /** While `due`: when it may be claimed next, ISO 8601. Also the lease of whoever holds it now. */
  dueAt?: string;
  /** Tries so far, also those that the ledger no longer lists. */
  tries: number;
  /** The newest tries, oldest first. */
  attempts: DeliveryAttempt[];
}

/** Feedback as the store keeps it: what was said, the receipt to replay, and the outbox mark. */
export interface FeedbackRecord {
  id: string;
  /** ISO 8601, UTC. */
  receivedAt: string;
  form: string;
  message: string;
  rating?: number;
  name?: string;
  email?: string;
  page?: string;
  fields: Record<string, string>;
  /** Ids of the attached uploads. */
  uploads: string[];
  status: FeedbackStatus;
  /** Whether the sender proved the address. */
  verified: boolean;
  /** Over which channel, and by whom: the keyed hash of the address. Present if it is verified. */
  verifiedBy?: { channel: Channel; subject: string };
  /** Why it was quarantined. Empty if it was not. */
  suspicions: Suspicion[];
  /** SHA-256 of what was sent, to tell a replay from another request under the same idempotency key. */
  fingerprint: string;
  delivery: Delivery;
}
