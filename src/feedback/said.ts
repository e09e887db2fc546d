import type { FeedbackRecord } from './feedback-record.ts';

/** What somebody said, without anything that others noted about it; absent what they left out. */
export function said(record: FeedbackRecord) {
  const { id, receivedAt, form, message, rating, name, email, page, fields, verified, verifiedBy } = record;
  return {
    id,
    receivedAt,
    form,
    message,
    ...(rating !== undefined && { rating }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(page !== undefined && { page }),
    fields,
    verified,
    // A telephone number that is verified says nothing of the e-mail address beside it.
    ...(verifiedBy && { verifiedBy: verifiedBy.channel }),
  };
}
