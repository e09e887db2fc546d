import { z } from 'zod';
import { baseUrl } from '../http/base-url.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { SpeechRouteDeps } from './speech-routes.ts';
import { anySpeech, speechId } from './speech-schemas.ts';
import { speechView } from './speech-view.ts';

/** `GET /v1/speech/{id}` */
export function getSpeechRoute({ speech, links, publicUrl }: SpeechRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/speech/{id}',
    operationId: 'getSpeech',
    summary: 'What is known about a speech, and how far it has come',
    tag: 'speech',
    access: { scope: 'speech:read', orSignedLink: true },
    params: z.object({ id: speechId }),
    missing: 'speech_not_found',
    responses: { 200: { description: 'The speech.', content: { 'application/json': anySpeech } } },
    problems: ['speech_not_found', 'store_unavailable'],
    async handle({ req, params }) {
      const record = await speech.get(params.id);
      return { status: 200, body: speechView(record, baseUrl(req, publicUrl), links) };
    },
  });
}
