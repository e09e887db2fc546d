import type { FeedbackRecord } from './feedback-record.ts';

/** Feedback as holders of a key see it. The fingerprint is of no use to them. */
export function feedbackView({ fingerprint: _, ...shown }: FeedbackRecord) {
  return shown;
}
