import type { SentenceMark, SpeechPiece, SpeechSynthesizer } from '../../src/speech/speech-synthesizer.ts';
import { wavHead } from '../../src/speech/wav.ts';

/** Samples a second, of 16 bits. */
const rate = 8000;
const millisecondsPerCharacter = 1;

export interface CountingSynthesizer extends SpeechSynthesizer {
  /** What it has made, in the order in which it was asked: each of it is billed. */
  spoken: string[];
  marked: string[];
  /** Comes before every call; rejects to make it fail. */
  setBefore(before: (piece: SpeechPiece) => Promise<void>): void;
}

export interface Billed {
  spoken: string[];
  marked: string[];
}

/** A sound that tells which text it is of: one sample value a character, for a millisecond. */
export function soundOf(text: string): Buffer {
  const perCharacter = (rate / 1000) * millisecondsPerCharacter;
  const pcm = Buffer.alloc(text.length * perCharacter * 2);
  for (let n = 0; n < text.length * perCharacter; n++) {
    pcm.writeUInt16LE(text.charCodeAt(Math.floor(n / perCharacter)), n * 2);
  }
  return pcm;
}

/** An engine for tests that speaks WAV, a character a millisecond, and counts what it would bill. */
export function countingSynthesizer(
  billed: Billed = { spoken: [], marked: [] },
  mostCharacters = 3000,
): CountingSynthesizer {
  let before: (piece: SpeechPiece) => Promise<void> = async () => {};
  return {
    formats: ['wav'],
    mostCharacters,
    withoutMarks: ['generative'],
    ...billed,
    setBefore(given) {
      before = given;
    },
    voices: async () => [
      { id: 'Anna', name: 'Anna', languages: ['de-DE', 'en-GB'], engines: ['neural', 'standard'] },
      { id: 'Brian', name: 'Brian', languages: ['en-GB'], engines: ['standard'] },
      { id: 'Carla', name: 'Carla', languages: ['it-IT'], engines: ['generative'] },
    ],
    async synthesize(piece) {
      await before(piece);
      billed.spoken.push(piece.content);
      const pcm = soundOf(piece.content);
      return Buffer.concat([wavHead({ channels: 1, rate, bits: 16 }, pcm.length), pcm]);
    },
    async marks(piece) {
      await before(piece);
      billed.marked.push(piece.content);
      const sentences = new Intl.Segmenter('en', { granularity: 'sentence' }).segment(piece.content);
      return Array.from(
        sentences,
        ({ index, segment }): SentenceMark => ({
          at: index * millisecondsPerCharacter,
          text: segment.trim(),
        }),
      );
    },
  };
}
