import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { AppError } from '../app-error.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { SpeechRouteDeps } from './speech-routes.ts';
import { speechId } from './speech-schemas.ts';

/** `GET /v1/speech/{id}/captions` */
export function getSpeechCaptionsRoute({ speech }: SpeechRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/speech/{id}/captions',
    operationId: 'getSpeechCaptions',
    summary: 'The captions of a speech, as WebVTT',
    tag: 'speech',
    access: { scope: 'speech:read', orSignedLink: true },
    params: z.object({ id: speechId }),
    missing: 'speech_not_found',
    responses: { 200: { description: 'One cue a sentence.', content: { 'text/vtt': z.string() } } },
    problems: ['speech_not_found', 'store_unavailable'],
    async handle({ params, res }) {
      const record = await speech.get(params.id);
      if (record.captions !== 'done') throw new AppError('speech_not_found', 'It has no captions.');
      const captions = await text(await speech.open(record, 'captions'));
      res
        .status(200)
        .set({ 'Content-Type': 'text/vtt; charset=utf-8', 'Cache-Control': 'private, max-age=0' })
        // The signed link is the permission, so pages of other origins may show them.
        .set('Cross-Origin-Resource-Policy', 'cross-origin')
        .end(captions);
      return undefined;
    },
  });
}
