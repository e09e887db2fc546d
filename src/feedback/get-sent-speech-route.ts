import { z } from 'zod';
import { AppError } from '../app-error.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { sendContent } from '../http/send-content.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackId } from './feedback-schemas.ts';

/**
 * `GET /v1/feedback/{id}/sent/speech`: the audio for senders, if somebody has had it made. It makes none, because
 * a link to what makes speech would let its holder spend the budget, one voice after another.
 */
export function getSentSpeechRoute({ speech }: FeedbackRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/feedback/{id}/sent/speech',
    operationId: 'getSentSpeech',
    summary: 'What a sender sent, as audio, if that was made',
    tag: 'feedback',
    access: { scope: 'feedback:read', orSignedLink: true },
    params: z.object({ id: feedbackId }),
    missing: 'feedback_not_found',
    responses: {
      200: { description: 'All of the audio.', content: { 'audio/*': undefined } },
      206: { description: 'The range.', content: { 'audio/*': undefined } },
      304: { description: 'The client has it already.' },
    },
    problems: [
      'feedback_not_found',
      'speech_not_found',
      'precondition_failed',
      'range_not_satisfiable',
      'store_unavailable',
    ],
    async handle(call) {
      const [made] = await speech.made(call.params.id);
      if (!made) throw new AppError('speech_not_found', 'Nobody has had it made.');
      return sendContent(call, made.content, made.open);
    },
  });
}
