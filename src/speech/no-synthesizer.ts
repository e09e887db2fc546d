import { AppError } from '../app-error.ts';
import type { SpeechSynthesizer } from './speech-synthesizer.ts';

/** Where no speech is to be made: every call rejects with `speech_unavailable`. */
export function createNoSynthesizer(): SpeechSynthesizer {
  const refuse = async (): Promise<never> => {
    throw new AppError('speech_unavailable');
  };
  return {
    formats: ['mp3'],
    mostCharacters: 3000,
    withoutMarks: [],
    voices: refuse,
    synthesize: refuse,
    marks: refuse,
  };
}
