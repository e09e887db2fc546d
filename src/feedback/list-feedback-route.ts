import { z } from 'zod';
import { decodeCursor, pageBody, pageQuery } from '../http/cursor.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackFilter, feedback as feedbackSchema, toStoreFilter } from './feedback-schemas.ts';
import { feedbackView } from './feedback-view.ts';

/** `GET /v1/feedback`, newest first. */
export function listFeedbackRoute({ feedback }: FeedbackRouteDeps): Route {
  const page = z.object({ items: z.array(feedbackSchema), nextCursor: z.string().nullable() });
  return defineRoute({
    method: 'get',
    path: '/v1/feedback',
    operationId: 'listFeedback',
    summary: 'List feedback, newest first',
    tag: 'feedback',
    access: { scope: 'feedback:read' },
    query: z.object({ ...feedbackFilter.shape, ...pageQuery.shape }),
    responses: { 200: { description: 'A page.', content: { 'application/json': page } } },
    problems: ['invalid_cursor', 'store_unavailable'],
    async handle({ query: { limit, cursor, ...filter } }) {
      const found = await feedback.list(toStoreFilter(filter), { limit, after: decodeCursor(cursor) });
      return { status: 200, body: pageBody(found, feedbackView) };
    },
  });
}
