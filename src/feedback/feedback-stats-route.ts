import { z } from 'zod';
import { AppError } from '../app-error.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { FeedbackRecord } from './feedback-record.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackFilter, toStoreFilter } from './feedback-schemas.ts';
import { feedbackStats } from './feedback-stats.ts';

const dayMs = 86_400_000;
const defaultDays = 30;
const maxDays = 366;

const count = z.number().int();
const stats = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  items: z.array(
    z.object({
      day: z.iso.date(),
      form: z.string(),
      count,
      ratings: z.object({ 1: count, 2: count, 3: count, 4: count, 5: count }),
      average: z.number().nullable(),
    }),
  ),
});

/** Without what nobody has released: whoever posts without opening the form must not move an average. */
async function* released(records: AsyncIterable<FeedbackRecord>): AsyncGenerator<FeedbackRecord> {
  for await (const record of records) if (record.delivery.state !== 'held') yield record;
}

/** `GET /v1/feedback/stats`. Reads every record of the time it covers, hence the limit of a year. */
export function feedbackStatsRoute({ feedback, clock }: FeedbackRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/feedback/stats',
    operationId: 'feedbackStats',
    summary: 'Counts and ratings per day and form',
    description:
      `Days are UTC. Without \`from\` it covers the last ${defaultDays} days; at most ${maxDays}. What is in ` +
      'quarantine counts only if a `status` is given.',
    tag: 'feedback',
    access: { scope: 'feedback:read' },
    query: feedbackFilter.pick({ form: true, status: true, from: true, to: true }),
    responses: { 200: { description: 'Newest day first.', content: { 'application/json': stats } } },
    problems: ['store_unavailable'],
    async handle({ query }) {
      const to = query.to ? new Date(query.to) : clock();
      const from = query.from ? new Date(query.from) : new Date(to.getTime() - defaultDays * dayMs);
      if (to.getTime() - from.getTime() > maxDays * dayMs) {
        const errors = [{ pointer: '?from', detail: `At most ${maxDays} days at once.` }];
        throw new AppError('validation_failed', undefined, { errors });
      }
      const span = { from: from.toISOString(), to: to.toISOString() };
      const records = feedback.all({ ...toStoreFilter(query), ...span });
      const items = await feedbackStats(query.status === undefined ? released(records) : records);
      return { status: 200, body: { ...span, items } };
    },
  });
}
