import { z } from 'zod';
import { AppError } from '../app-error.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { sendContent } from '../http/send-content.ts';
import type { SpeechRouteDeps } from './speech-routes.ts';
import { speechId } from './speech-schemas.ts';
import { speechContent } from './speech-view.ts';

/** `GET /v1/speech/{id}/content`: the audio, or a range of it. */
export function getSpeechContentRoute({ speech }: SpeechRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/speech/{id}/content',
    operationId: 'getSpeechContent',
    summary: 'The audio of a speech',
    description:
      'Answers to `Range` (one range), `If-Range`, `If-None-Match`, `If-Modified-Since` and `If-Match`.',
    tag: 'speech',
    access: { scope: 'speech:read', orSignedLink: true },
    params: z.object({ id: speechId }),
    missing: 'speech_not_found',
    responses: {
      200: { description: 'All of it.', content: { 'audio/*': undefined } },
      206: { description: 'The range.', content: { 'audio/*': undefined } },
      304: { description: 'The client has it already.' },
    },
    problems: ['speech_not_found', 'precondition_failed', 'range_not_satisfiable', 'store_unavailable'],
    async handle(call) {
      const record = await speech.get(call.params.id);
      const content = speechContent(record);
      if (!content) throw new AppError('speech_not_found', 'It is not complete.');
      return sendContent(call, content, (range) => speech.open(record, 'audio', range));
    },
  });
}
