import type { SQLInputValue } from 'node:sqlite';
import type { Delivery, FeedbackRecord, FeedbackStatus } from '../../feedback/feedback-record.ts';
import type { Channel } from '../../otp/channel.ts';

/** A row of the table `feedback`, without the column that only searches read. */
export interface FeedbackRow {
  id: string;
  received_at: string;
  form: string;
  message: string;
  rating: number | null;
  name: string | null;
  email: string | null;
  page: string | null;
  fields: string;
  uploads: string;
  status: FeedbackStatus;
  verified: number;
  fingerprint: string;
  delivery_state: Delivery['state'];
  due_at: string | null;
  tries: number;
  attempts: string;
  verified_channel: Channel | null;
  verified_subject: string | null;
  suspicions: string;
}

/** The columns of a record, by their names. */
export function toRow(record: FeedbackRecord): Record<keyof FeedbackRow | 'search', SQLInputValue> {
  const { delivery, fields } = record;
  return {
    id: record.id,
    received_at: record.receivedAt,
    form: record.form,
    message: record.message,
    rating: record.rating ?? null,
    name: record.name ?? null,
    email: record.email ?? null,
    page: record.page ?? null,
    fields: JSON.stringify(fields),
    uploads: JSON.stringify(record.uploads),
    status: record.status,
    verified: Number(record.verified),
    fingerprint: record.fingerprint,
    delivery_state: delivery.state,
    due_at: delivery.dueAt ?? null,
    tries: delivery.tries,
    attempts: JSON.stringify(delivery.attempts),
    verified_channel: record.verifiedBy?.channel ?? null,
    verified_subject: record.verifiedBy?.subject ?? null,
    suspicions: JSON.stringify(record.suspicions),
    search: searchable([record.message, record.name, record.email, ...Object.values(fields)].join('\n')),
  };
}

/** SQLite knows the case of ASCII letters only, so JavaScript folds what is searched and what is sought. */
export function searchable(text: string): string {
  return text.toLowerCase();
}

export function toRecord(row: FeedbackRow): FeedbackRecord {
  return {
    id: row.id,
    receivedAt: row.received_at,
    form: row.form,
    message: row.message,
    ...(row.rating !== null && { rating: row.rating }),
    ...(row.name !== null && { name: row.name }),
    ...(row.email !== null && { email: row.email }),
    ...(row.page !== null && { page: row.page }),
    fields: JSON.parse(row.fields),
    uploads: JSON.parse(row.uploads),
    status: row.status,
    verified: row.verified === 1,
    ...(row.verified_channel !== null && {
      verifiedBy: { channel: row.verified_channel, subject: row.verified_subject ?? '' },
    }),
    suspicions: JSON.parse(row.suspicions),
    fingerprint: row.fingerprint,
    delivery: {
      state: row.delivery_state,
      ...(row.due_at !== null && { dueAt: row.due_at }),
      tries: row.tries,
      attempts: JSON.parse(row.attempts),
    },
  };
}
