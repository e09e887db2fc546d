import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackId } from './feedback-schemas.ts';

/** `POST /v1/feedback/{id}/notify`: fires a notification again, above all one that was given up. */
export function notifyFeedbackRoute({ feedback, outbox, clock }: FeedbackRouteDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/feedback/{id}/notify',
    operationId: 'notifyFeedback',
    summary: 'Notify again',
    description:
      'Makes the notification due now, whether it was delivered or given up. It is sent with the next sweep. ' +
      'One that is still due stays as it is.',
    tag: 'feedback',
    access: { scope: 'feedback:write' },
    params: z.object({ id: feedbackId }),
    missing: 'feedback_not_found',
    responses: { 202: { description: 'It is due.' } },
    problems: ['feedback_not_found', 'store_unavailable'],
    async handle({ params }) {
      if (!(await outbox.revive(params.id, clock().toISOString()))) await feedback.get(params.id);
      return { status: 202 };
    },
  });
}
