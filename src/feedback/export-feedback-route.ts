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
  'verifiedBy',
  'uploads',
  'fields',
  'suspicions',
];

function toRow(record: FeedbackRecord) {
  const { verified, verifiedBy, uploads, fields, suspicions } = record;
  return {
    ...record,
    verified: String(verified),
    verifiedBy: verifiedBy?.channel,
    uploads: uploads.join(' '),
    fields: JSON.stringify(fields),
    suspicions: suspicions.join(' '),
  };
}

/** RFC 4180, as spreadsheets like it. */
function csv(records: AsyncIterable<FeedbackRecord>): Readable {
  const options = { header: true, columns, bom: true, escape_formulas: true, record_delimiter: 'windows' };
  return Readable.from(records).map(toRow).compose(stringify(options));
}

function ndjson(records: AsyncIterable<FeedbackRecord>): Readable {
  return Readable.from(records).map((record) => `${JSON.stringify(feedbackView(record))}\n`);
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
      // `attachment` sets a type by the name's extension, so the true type comes after it.
      res.attachment(`feedback.${format}`).type(format === 'csv' ? 'text/csv' : 'application/x-ndjson');
      res.set('Cache-Control', 'no-store');
      const text = format === 'csv' ? csv(all()) : ndjson(all());
      await pipeline(text, res).catch((error: unknown) => log.warn({ err: error }, 'export broke off'));
      return undefined;
    },
  });
}
