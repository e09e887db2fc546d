import { z } from 'zod';
import { AppError } from '../app-error.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { sendContent } from '../http/send-content.ts';
import { wantedVoice } from '../speech/speech-schemas.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackId } from './feedback-schemas.ts';

/** Seconds after which it is worth asking again. */
const askAgainSeconds = 5;

/** `GET /v1/feedback/{id}/speech`: the message, read aloud. */
export function feedbackSpeechRoute({ feedback, speech }: FeedbackRouteDeps): Route {
  /** What was made for feedback that somebody deleted at the same moment must not stay. */
  async function forgetIfGone(id: string): Promise<void> {
    await feedback.get(id).catch(async (error: unknown) => {
      if (error instanceof AppError && error.code === 'feedback_not_found') await speech.forget(id);
      throw error;
    });
  }

  return defineRoute({
    method: 'get',
    path: '/v1/feedback/{id}/speech',
    operationId: 'getFeedbackSpeech',
    summary: 'Listen to feedback',
    description:
      'The message as speech, made and billed when it is first asked for. Answers 202 if that takes longer than ' +
      'INLET_SPEECH_WAIT_SECONDS. There is one speech a format: asking for another voice replaces it. Answers to ' +
      '`Range` and conditions, and goes when the feedback does.',
    tag: 'feedback',
    access: { scope: 'feedback:read', orSignedLink: true },
    params: z.object({ id: feedbackId }),
    missing: 'feedback_not_found',
    query: z.object(wantedVoice),
    responses: {
      200: { description: 'All of the audio.', content: { 'audio/*': undefined } },
      202: {
        description: 'It is still being made.',
        headers: { 'Retry-After': 'When to ask again, in seconds.' },
      },
      206: { description: 'The range.', content: { 'audio/*': undefined } },
      304: { description: 'The client has it already.' },
    },
    problems: [
      'feedback_not_found',
      'precondition_failed',
      'range_not_satisfiable',
      'speech_budget_spent',
      'speech_unavailable',
      'speech_failed',
      'store_unavailable',
    ],
    async handle(call) {
      const { params, query, signal } = call;
      const spoken = await speech
        .speak(await feedback.get(params.id), query, signal)
        .finally(() => forgetIfGone(params.id));
      if (!spoken) return { status: 202, headers: { 'Retry-After': String(askAgainSeconds) } };
      return sendContent(call, spoken.content, spoken.open);
    },
  });
}
