import type { FeedbackRecord } from './feedback-record.ts';
import type { Notification } from './notifier.ts';
import { said } from './said.ts';

/** A line a fact, for people who read mail on a telephone. */
function facts(record: FeedbackRecord, links: Map<string, string>): string[] {
  const { rating, name, email, page, fields } = record;
  const from = [name, email && `<${email}>`].filter(Boolean).join(' ');
  return [
    ...(rating === undefined
      ? []
      : [`Rating:   ${'★'.repeat(rating)}${'☆'.repeat(5 - rating)} (${rating} of 5)`]),
    ...(from ? [`From:     ${from}`] : []),
    ...(page ? [`Page:     ${page}`] : []),
    `Received: ${record.receivedAt}`,
    ...Object.entries(fields).map(([key, value]) => `${key}: ${value}`),
    ...record.uploads.map((id) => `Attached: ${links.get(id) ?? id}`),
  ];
}

/**
 * What the people behind the site are told of feedback. `linkTo` makes an address at which an attachment
 * can be opened, or nothing where Inlet does not know its own public address.
 */
export function toNotification(
  record: FeedbackRecord,
  linkTo: (uploadId: string) => string | undefined,
): Notification {
  const links = new Map<string, string>();
  for (const upload of record.uploads) {
    const link = linkTo(upload);
    if (link) links.set(upload, link);
  }
  const { id, form, message, rating, name, status, verified } = record;
  const stars = rating === undefined ? '' : ` ${rating}/5`;
  const line = [...message.replaceAll(/\s+/g, ' ')];
  const opening = line.length > 60 ? `${line.slice(0, 60).join('').trimEnd()}…` : line.join('');
  return {
    id,
    subject: `[${form}]${stars}${name ? ` ${name.replaceAll(/\s+/g, ' ')}:` : ''} ${opening}`,
    prose: `${message}\n\n-- \n${facts(record, links).join('\n')}\nId:       ${id}\n`,
    data: {
      type: 'feedback',
      ...said(record),
      uploads: record.uploads.map((upload) => ({
        id: upload,
        ...(links.has(upload) && { content: links.get(upload) }),
      })),
      status,
    },
    attributes: {
      type: 'feedback',
      form,
      ...(rating !== undefined && { rating }),
      status,
      verified: String(verified),
    },
  };
}
