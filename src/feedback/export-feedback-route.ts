import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { FeedbackRecord } from './feedback-record.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackFilter, toStoreFilter } from './feedback-schemas.ts';
import { feedbackView } from './feedback-view.ts';

const columns = [
  'id',
  'receivedAt',
  'form',
  'status',
  'rating',
  'message',
  'name',
  'email',
  'page',
  'verified',
  'uploads',
  'fields',
];

function toRow(record: FeedbackRecord) {
  return {
    ...record,
    verified: String(record.verified),
    uploads: record.uploads.join(' '),
    fields: JSON.stringify(record.fields),
  };
}

async function* lines(records: AsyncIterable<FeedbackRecord>) {
  for await (const record of records) yield `${JSON.stringify(feedbackView(record))}\n`;
}

/** `GET /v1/feedback/export`, streamed: memory does not grow with what is exported. */
export function exportFeedbackRoute({ feedback }: FeedbackRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/feedback/export',
    operationId: 'exportFeedback',
    summary: 'Export feedback',
    description:
      'CSV opens in spreadsheets: it has a byte order mark, and texts that would be formulas are quoted with an ' +
      'apostrophe. NDJSON has everything, one record a line.',
    tag: 'feedback',
    access: { scope: 'feedback:read' },
    query: z.object({ format: z.enum(['csv', 'ndjson']).default('csv'), ...feedbackFilter.shape }),
    responses: {
      200: {
        description: 'Every record that passes the filter.',
        content: { 'text/csv': undefined, 'application/x-ndjson': undefined },
      },
    },
    problems: ['store_unavailable'],
    async handle({ res, query: { format, ...filter }, log }) {
      const records = feedback.all(toStoreFilter(filter))[Symbol.asyncIterator]();
      // The first record is read before the answer begins, so that a store that is down is still a 503.
      const first = await records.next();
      async function* all() {
        if (first.done) return;
        yield first.value;
        yield* { [Symbol.asyncIterator]: () => records };
      }
      res.type(format === 'csv' ? 'text/csv' : 'application/x-ndjson').set('Cache-Control', 'no-store');
      res.attachment(`feedback.${format}`);
      const csv = () =>
        stringify({ header: true, columns, bom: true, escape_formulas: true, record_delimiter: 'windows' });
      const sent =
        format === 'csv'
          ? pipeline(
              Readable.from(all()),
              async function* (source) {
                for await (const record of source) yield toRow(record);
              },
              csv(),
              res,
            )
          : pipeline(Readable.from(lines(all())), res);
      await sent.catch((error: unknown) => log.warn({ err: error }, 'export broke off'));
      return undefined;
    },
  });
}
