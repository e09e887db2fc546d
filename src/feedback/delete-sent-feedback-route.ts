import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackId } from './feedback-schemas.ts';

/** `DELETE /v1/feedback/{id}/sent`, for senders, also while it is in quarantine. */
export function deleteSentFeedbackRoute({ feedback }: FeedbackRouteDeps): Route {
  return defineRoute({
    method: 'delete',
    path: '/v1/feedback/{id}/sent',
    operationId: 'deleteSentFeedback',
    summary: 'Delete what a sender sent, attachments and audio included',
    description: 'Afterwards the address may respond again to a form that takes one response an address.',
    tag: 'feedback',
    access: { scope: 'feedback:write', orSignedLink: true },
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
