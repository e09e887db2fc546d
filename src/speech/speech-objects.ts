import type { Readable } from 'node:stream';
import { buffer, json } from 'node:stream/consumers';
import { AppError } from '../app-error.ts';
import type { ByteRange, ObjectStore } from '../uploads/object-store.ts';
import { contentTypes } from './audio.ts';
import type { SpeechRecord } from './speech-record.ts';
import type { SentenceMark, SpeechInput } from './speech-synthesizer.ts';

/** What is said, cut into what the engine takes at once. */
export interface SpeechText {
  kind: SpeechInput['kind'];
  /** `characters`: as the engine bills them. */
  pieces: { content: string; characters: number }[];
}

/**
 * What a speech keeps in the object store: the text while it is being made, each piece as it comes, and in the end
 * audio and captions. Nothing that is there is replaced: two makers of the same piece keep the first.
 */
export interface SpeechObjects {
  putText(record: SpeechRecord, text: SpeechText): Promise<void>;
  text(record: SpeechRecord): Promise<SpeechText | undefined>;
  /** False if the piece is there already. */
  putPiece(record: SpeechRecord, index: number, audio: Buffer): Promise<boolean>;
  piece(record: SpeechRecord, index: number): Promise<Buffer | undefined>;
  putMarks(record: SpeechRecord, index: number, marks: SentenceMark[]): Promise<void>;
  marks(record: SpeechRecord, index: number): Promise<SentenceMark[] | undefined>;
  putAudio(record: SpeechRecord, audio: AsyncIterable<Uint8Array>): Promise<void>;
  putCaptions(record: SpeechRecord, webVtt: string): Promise<void>;
  /** Rejects with `speech_not_found` if it is not there. */
  open(record: SpeechRecord, what: 'audio' | 'captions', range?: ByteRange): Promise<Readable>;
  removeText(record: SpeechRecord): Promise<void>;
  /** Removes what nobody needs once audio and captions are there. */
  removeParts(record: SpeechRecord): Promise<void>;
  removeAll(record: SpeechRecord): Promise<void>;
}

interface SpeechObjectsDeps {
  objectStore: ObjectStore;
  /** How long storing one object may take. */
  longestPutMs: number;
}

export function createSpeechObjects({ objectStore, longestPutMs }: SpeechObjectsDeps): SpeechObjects {
  const keyOf = ({ id, place }: SpeechRecord, name: string) => `speech/${id}/${place}/${name}`;

  async function put(
    record: SpeechRecord,
    name: string,
    source: AsyncIterable<Uint8Array>,
    about: { contentType: string; expectedBytes: number },
  ): Promise<boolean> {
    const signal = AbortSignal.timeout(longestPutMs);
    try {
      return await objectStore.put(keyOf(record, name), source, { ...about, signal, ifAbsent: true });
    } catch (error) {
      throw signal.aborted ? new AppError('store_unavailable', undefined, { cause: error }) : error;
    }
  }

  function putBytes(record: SpeechRecord, name: string, bytes: Buffer, contentType: string) {
    const source = (async function* () {
      yield bytes;
    })();
    return put(record, name, source, { contentType, expectedBytes: bytes.length });
  }

  async function putJson(record: SpeechRecord, name: string, value: unknown): Promise<void> {
    await putBytes(record, name, Buffer.from(JSON.stringify(value)), 'application/json');
  }

  async function get<T>(
    record: SpeechRecord,
    name: string,
    read: (bytes: Readable) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await read(await objectStore.get(keyOf(record, name)));
    } catch (error) {
      if (error instanceof AppError && error.code === 'upload_not_found') return undefined;
      throw error;
    }
  }

  async function remove(record: SpeechRecord, names: string[]): Promise<void> {
    for (const name of names) await objectStore.delete(keyOf(record, name));
  }

  const partsOf = ({ pieces, captions, marks }: SpeechRecord) => [
    'text',
    ...Array.from({ length: pieces.total }, (_, index) => `audio-${index}`),
    ...Array.from({ length: captions || marks > 0 ? pieces.total : 0 }, (_, index) => `marks-${index}`),
  ];

  return {
    putText: (record, text) => putJson(record, 'text', text),
    text: (record) => get(record, 'text', (bytes) => json(bytes) as Promise<SpeechText>),
    putPiece: (record, index, audio) => putBytes(record, `audio-${index}`, audio, 'application/octet-stream'),
    piece: (record, index) => get(record, `audio-${index}`, buffer),
    putMarks: (record, index, marks) => putJson(record, `marks-${index}`, marks),
    marks: (record, index) =>
      get(record, `marks-${index}`, (bytes) => json(bytes) as Promise<SentenceMark[]>),
    async putAudio(record, audio) {
      const contentType = contentTypes[record.format];
      const expectedBytes = record.pieces.done.reduce((sum, { bytes }) => sum + bytes, 0);
      await put(record, 'audio', audio, { contentType, expectedBytes });
    },
    async putCaptions(record, webVtt) {
      await putBytes(record, 'captions', Buffer.from(webVtt), 'text/vtt');
    },
    async open(record, what, range) {
      try {
        return await objectStore.get(keyOf(record, what), range);
      } catch (error) {
        const isGone = error instanceof AppError && error.code === 'upload_not_found';
        throw isGone ? new AppError('speech_not_found', undefined, { cause: error }) : error;
      }
    },
    removeText: (record) => remove(record, ['text']),
    removeParts: (record) => remove(record, partsOf(record)),
    removeAll: (record) => remove(record, [...partsOf(record), 'audio', 'captions']),
  };
}
