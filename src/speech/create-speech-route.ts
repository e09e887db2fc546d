import { baseUrl } from '../http/base-url.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { SpeechRouteDeps } from './speech-routes.ts';
import { speechInput, speechInTheMaking, speech as speechSchema } from './speech-schemas.ts';
import { speechView } from './speech-view.ts';

/** Bytes of a body: 100 000 characters as `\u` escapes of surrogate pairs, and some more. */
const maxBytes = 1_300_000;
/** Seconds after which it is worth looking whether a speech is complete. */
const lookAgainSeconds = 5;

/** `POST /v1/speech` */
export function createSpeechRoute({ speech, links, publicUrl }: SpeechRouteDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/speech',
    operationId: 'createSpeech',
    summary: 'Make a text into speech',
    description:
      'Takes `text` of up to 100 000 characters, or `ssml` of up to 3 000 beside its tags. The same text, said the ' +
      'same way, has the same id, and is made and billed once, however often and from wherever it is asked for. Waits ' +
      'for the audio up to INLET_SPEECH_WAIT_SECONDS, and answers 202 with a `Location` if it takes longer.',
    tag: 'speech',
    access: { scope: 'speech:write' },
    maxBodyBytes: () => maxBytes,
    body: speechInput,
    responses: {
      200: { description: 'It was there already.', content: { 'application/json': speechSchema } },
      201: {
        description: 'It was made.',
        content: { 'application/json': speechSchema },
        headers: { Location: 'The speech.' },
      },
      202: {
        description: 'It is still being made.',
        content: { 'application/json': speechInTheMaking },
        headers: { Location: 'Where to look again.', 'Retry-After': 'When, in seconds.' },
      },
    },
    problems: ['speech_budget_spent', 'speech_unavailable', 'speech_failed', 'store_unavailable'],
    async handle({ req, body, signal }) {
      const { captions, voice, language, engine, format } = body;
      const { record, outcome } = await speech.request({
        input: 'ssml' in body ? { kind: 'ssml', content: body.ssml } : { kind: 'text', content: body.text },
        wanted: { voice, language, engine, format },
        captions,
        pointer: (member) => `/${member}`,
        signal,
      });
      const Location = `/v1/speech/${record.id}`;
      const view = speechView(record, baseUrl(req, publicUrl), links);
      if (outcome === 'making') {
        return { status: 202, body: view, headers: { Location, 'Retry-After': String(lookAgainSeconds) } };
      }
      return { status: outcome === 'made' ? 201 : 200, body: view, headers: { Location } };
    },
  });
}
