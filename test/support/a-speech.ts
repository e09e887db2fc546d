import { randomUUID } from 'node:crypto';
import type { SpeechRecord } from '../../src/speech/speech-record.ts';

/** A record of speech that is being made, with what the test gives. */
export function aSpeech(given: Partial<SpeechRecord> = {}): SpeechRecord {
  return {
    id: randomUUID(),
    fingerprint: '0'.repeat(64),
    state: 'making',
    createdAt: '2026-03-01T12:00:00.000Z',
    kind: 'text',
    voice: 'Vicki',
    engine: 'neural',
    language: 'de-DE',
    format: 'mp3',
    characters: 42,
    pieces: { total: 1, done: [] },
    marks: 0,
    tries: 0,
    place: randomUUID(),
    version: 1,
    dueAt: '2026-03-01T12:01:00.000Z',
    ...given,
  };
}
