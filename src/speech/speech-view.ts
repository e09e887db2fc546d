import { problems } from '../errors.ts';
import type { LinkSigner } from '../http/link-signer.ts';
import type { StoredContent } from '../http/send-content.ts';
import type { SpeechRecord } from './speech-record.ts';

export const speechName = ({ id, format }: SpeechRecord) => `speech-${id.slice(0, 8)}.${format}`;

/** The audio of a speech as it is sent; undefined unless it is complete. */
export function speechContent(record: SpeechRecord): StoredContent | undefined {
  const { id, state, createdAt, audio } = record;
  if (state !== 'complete' || !audio) return undefined;
  const { size, sha256, contentType } = audio;
  return { id, name: speechName(record), size, sha256, contentType, createdAt, disposition: 'inline' };
}

/** A speech as clients see it. Its links can be opened without a key until they expire. */
export function speechView(record: SpeechRecord, base: string, links: LinkSigner) {
  const { id, state, pieces, audio, captions, failure } = record;
  const path = `/v1/speech/${id}`;
  const link = (target: string) => `${base}${links.sign(target)}`;
  const self = { self: link(path) };
  if (state === 'failed') {
    const detail = failure?.detail ?? problems[failure?.code ?? 'speech_failed'].title;
    return { id, state, detail, links: self };
  }
  if (!audio) {
    return { id, state: 'making', pieces: { done: pieces.done.length, total: pieces.total }, links: self };
  }
  const { createdAt, characters, voice, engine, language, format } = record;
  return {
    id,
    state,
    name: speechName(record),
    ...audio,
    createdAt,
    characters,
    ...{ voice, engine, language, format },
    captions: captions === 'wanted' ? 'making' : (captions ?? 'none'),
    links: {
      ...self,
      content: link(`${path}/content`),
      ...(captions === 'done' && { captions: link(`${path}/captions`) }),
    },
  };
}
