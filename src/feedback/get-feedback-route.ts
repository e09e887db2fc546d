import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackId, feedback as feedbackSchema } from './feedback-schemas.ts';
import { feedbackView } from './feedback-view.ts';

/** `GET /v1/feedback/{id}` */
export function getFeedbackRoute({ feedback }: FeedbackRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/feedback/{id}',
    operationId: 'getFeedback',
    summary: 'One piece of feedback, with the ledger of its deliveries',
    tag: 'feedback',
    access: { scope: 'feedback:read' },
    params: z.object({ id: feedbackId }),
    missing: 'feedback_not_found',
    responses: { 200: { description: 'The feedback.', content: { 'application/json': feedbackSchema } } },
    problems: ['feedback_not_found', 'store_unavailable'],
    async handle({ params }) {
      return { status: 200, body: feedbackView(await feedback.get(params.id)) };
    },
  });
}
