import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackId, feedback as feedbackSchema } from './feedback-schemas.ts';
import { feedbackView } from './feedback-view.ts';

/** `POST /v1/feedback/{id}/release`: somebody has looked at it, and it is no spam. */
export function releaseFeedbackRoute({ feedback }: FeedbackRouteDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/feedback/{id}/release',
    operationId: 'releaseFeedback',
    summary: 'Release from quarantine',
    description:
      'Sets the status to `new` and sends the notification, once, however often it is called. What is out ' +
      'already stays as it is.',
    tag: 'feedback',
    access: { scope: 'feedback:write' },
    params: z.object({ id: feedbackId }),
    missing: 'feedback_not_found',
    responses: { 200: { description: 'As it is now.', content: { 'application/json': feedbackSchema } } },
    problems: ['feedback_not_found', 'store_unavailable'],
    async handle({ params }) {
      return { status: 200, body: feedbackView(await feedback.release(params.id)) };
    },
  });
}
