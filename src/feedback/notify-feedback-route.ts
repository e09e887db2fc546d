import { z } from 'zod';
import { AppError } from '../app-error.ts';
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
      'One that is still due stays as it is; one in quarantine has to be released.',
    tag: 'feedback',
    access: { scope: 'feedback:write' },
    params: z.object({ id: feedbackId }),
    missing: 'feedback_not_found',
    responses: { 202: { description: 'It is due.' } },
    problems: ['feedback_not_found', 'quarantined', 'store_unavailable'],
    async handle({ params }) {
      if (!(await outbox.revive(params.id, clock().toISOString()))) {
        const { delivery } = await feedback.get(params.id);
        if (delivery.state === 'held') throw new AppError('quarantined');
      }
      return { status: 202 };
    },
  });
}
