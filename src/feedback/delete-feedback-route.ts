import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackId } from './feedback-schemas.ts';

/** `DELETE /v1/feedback/{id}`, attachments too. */
export function deleteFeedbackRoute({ feedback }: FeedbackRouteDeps): Route {
  return defineRoute({
    method: 'delete',
    path: '/v1/feedback/{id}',
    operationId: 'deleteFeedback',
    summary: 'Delete feedback and its attachments',
    tag: 'feedback',
    access: { scope: 'feedback:write' },
    params: z.object({ id: feedbackId }),
    missing: 'feedback_not_found',
    responses: { 204: { description: 'It is gone.' } },
    problems: ['feedback_not_found', 'store_unavailable'],
    async handle({ params }) {
      await feedback.remove(params.id);
      return { status: 204 };
    },
  });
}
