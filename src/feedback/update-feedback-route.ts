import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackId, feedback as feedbackSchema, settableStatus } from './feedback-schemas.ts';
import { feedbackView } from './feedback-view.ts';

/** `PATCH /v1/feedback/{id}` */
export function updateFeedbackRoute({ feedback }: FeedbackRouteDeps): Route {
  return defineRoute({
    method: 'patch',
    path: '/v1/feedback/{id}',
    operationId: 'updateFeedback',
    summary: 'Set the status',
    tag: 'feedback',
    access: { scope: 'feedback:write' },
    params: z.object({ id: feedbackId }),
    missing: 'feedback_not_found',
    body: z.strictObject({ status: settableStatus }).meta({ id: 'FeedbackUpdate' }),
    responses: { 200: { description: 'As it is now.', content: { 'application/json': feedbackSchema } } },
    problems: ['feedback_not_found', 'quarantined', 'store_unavailable'],
    async handle({ params, body }) {
      return { status: 200, body: feedbackView(await feedback.setStatus(params.id, body.status)) };
    },
  });
}
