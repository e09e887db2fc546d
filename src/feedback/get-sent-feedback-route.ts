import { z } from 'zod';
import { baseUrl } from '../http/base-url.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackId } from './feedback-schemas.ts';
import { said } from './said.ts';
import { accessSeconds, sentPath } from './sender-access.ts';
import { attachmentsOf, attachmentView } from './sent-attachments.ts';
import { sentFeedback } from './sent-schemas.ts';

/** `GET /v1/feedback/{id}/sent`: what its sender sees, also while it is in quarantine. */
export function getSentFeedbackRoute(deps: FeedbackRouteDeps): Route {
  const { feedback, speech, links, publicUrl } = deps;

  return defineRoute({
    method: 'get',
    path: '/v1/feedback/{id}/sent',
    operationId: 'getSentFeedback',
    summary: 'What a sender sent',
    tag: 'feedback',
    access: { scope: 'feedback:read', orSignedLink: true },
    params: z.object({ id: feedbackId }),
    missing: 'feedback_not_found',
    responses: {
      200: { description: 'The feedback, as sent.', content: { 'application/json': sentFeedback } },
    },
    problems: ['feedback_not_found', 'store_unavailable'],
    async handle({ req, params }) {
      const record = await feedback.get(params.id);
      const base = baseUrl(req, publicUrl);
      const sign = (path: string) => `${base}${links.sign(path, { seconds: accessSeconds })}`;
      const attachments = (await attachmentsOf(record, deps)).map((upload) => ({
        ...attachmentView(upload),
        links: { content: sign(`/v1/uploads/${upload.id}/content`) },
      }));
      const isSpoken = (await speech.made(record.id)).length > 0;
      const shownLinks = isSpoken ? { speech: sign(`${sentPath(record.id)}/speech`) } : {};
      return { status: 200, body: { ...said(record), attachments, links: shownLinks } };
    },
  });
}
