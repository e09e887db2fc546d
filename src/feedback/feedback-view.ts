import type { FeedbackRecord } from './feedback-record.ts';

/** Feedback as holders of a key see it. Hashes are of no use to them. */
export function feedbackView({ fingerprint: _, verifiedBy, ...shown }: FeedbackRecord) {
  return { ...shown, ...(verifiedBy && { verifiedBy: verifiedBy.channel }) };
}
