import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { SpeechRouteDeps } from './speech-routes.ts';
import { speechId } from './speech-schemas.ts';

/** `DELETE /v1/speech/{id}` */
export function deleteSpeechRoute({ speech }: SpeechRouteDeps): Route {
  return defineRoute({
    method: 'delete',
    path: '/v1/speech/{id}',
    operationId: 'deleteSpeech',
    summary: 'Delete a speech',
    description: 'Removes audio and captions. Asking for the same text again makes and bills it again.',
    tag: 'speech',
    access: { scope: 'speech:write' },
    params: z.object({ id: speechId }),
    missing: 'speech_not_found',
    responses: { 204: { description: 'It is gone.' } },
    problems: ['speech_not_found', 'store_unavailable'],
    async handle({ params }) {
      await speech.remove(params.id);
      return { status: 204 };
    },
  });
}
