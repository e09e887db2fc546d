import { z } from 'zod';
import { baseUrl } from '../http/base-url.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackId } from './feedback-schemas.ts';
import { senderAccess as senderAccessSchema } from './sent-schemas.ts';

/** `POST /v1/feedback/{id}/access`: receipt and proof for links. */
export function openSenderAccessRoute({ senderAccess, publicUrl }: FeedbackRouteDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/feedback/{id}/access',
    operationId: 'openSenderAccess',
    summary: 'Get access to feedback that you sent',
    description:
      'Takes a proof with the purpose `access` for the address that sent the feedback, or, if it was sent ' +
      'unverified, for its `email`. The links in the answer are good for 15 minutes, each for one method. They ' +
      'use the proof up; a proof that opened nothing stays good. Feedback of somebody else is not found, just ' +
      'as if it did not exist.',
    tag: 'feedback',
    access: 'public',
    rateLimit: 'feedback',
    params: z.object({ id: feedbackId }),
    missing: 'feedback_not_found',
    body: z.strictObject({ proof: z.string().min(1).max(2048) }).meta({ id: 'SenderAccessRequest' }),
    responses: {
      200: { description: 'The links.', content: { 'application/json': senderAccessSchema } },
    },
    problems: ['feedback_not_found', 'proof_invalid', 'proof_expired', 'proof_used', 'store_unavailable'],
    async handle({ req, params, body }) {
      const { links, expiresAt } = await senderAccess.open(params.id, body.proof);
      const base = baseUrl(req, publicUrl);
      const full = {
        self: `${base}${links.self}`,
        export: `${base}${links.export}`,
        remove: `${base}${links.remove}`,
      };
      return { status: 200, body: { links: full, expiresAt } };
    },
  });
}
