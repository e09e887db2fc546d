import { AppError } from '../app-error.ts';
import type { SpeechFormat, SpeechSynthesizer, Voice } from './speech-synthesizer.ts';

/** How somebody wants to hear something, as far as they have said. */
export interface WantedVoice {
  voice?: string | undefined;
  engine?: string | undefined;
  language?: string | undefined;
  format?: string | undefined;
}

export interface ChosenVoice {
  voice: string;
  engine: string;
  language: string;
  format: SpeechFormat;
}

/** Choices that a problem names. A platform has up to about 150 voices. */
const mostNamed = 60;

/**
 * Chooses what was not said: the engine's first of everything that goes with the rest. `de` means any German. Rejects
 * with `validation_failed` that says what there is; `pointer` makes the place of a member.
 */
export async function chooseVoice(
  wanted: WantedVoice,
  synthesizer: Pick<SpeechSynthesizer, 'formats' | 'voices'>,
  pointer: (member: keyof WantedVoice) => string,
): Promise<ChosenVoice> {
  const voices = await synthesizer.voices();
  const refuse = (member: keyof WantedVoice, choices: Iterable<string>): never => {
    const named = [...new Set(choices)].slice(0, mostNamed).join(', ');
    const detail = `It is not available. Choose one of: ${named}.`;
    throw new AppError('validation_failed', undefined, { errors: [{ pointer: pointer(member), detail }] });
  };

  const { formats } = synthesizer;
  const format = wanted.format ? formats.find((each) => each === wanted.format) : formats[0];
  if (!format) return refuse('format', formats);

  const sought = wanted.voice?.toLowerCase();
  const named = voices.filter(({ id }) => sought === undefined || id.toLowerCase() === sought);
  if (named.length === 0) {
    const speaking = voices.filter((voice) => languageOf(voice, wanted.language));
    return refuse(
      'voice',
      (speaking.length > 0 ? speaking : voices).map(({ id }) => id),
    );
  }
  const speaking = named.filter((voice) => languageOf(voice, wanted.language));
  if (speaking.length === 0) {
    return refuse(
      'language',
      named.flatMap(({ languages }) => languages),
    );
  }
  const { engine = speaking[0]?.engines[0] } = wanted;
  const chosen = speaking.find(({ engines }) => engine !== undefined && engines.includes(engine));
  const language = chosen && languageOf(chosen, wanted.language);
  if (!chosen || !language || !engine) {
    return refuse(
      'engine',
      speaking.flatMap(({ engines }) => engines),
    );
  }
  return { voice: chosen.id, engine, language, format };
}

/** The language in which the voice speaks what is asked for, if it does. */
function languageOf({ languages }: Voice, wanted: string | undefined): string | undefined {
  if (wanted === undefined) return languages[0];
  const sought = wanted.toLowerCase();
  return (
    languages.find((language) => language.toLowerCase() === sought) ??
    languages.find((language) => language.toLowerCase().startsWith(`${sought}-`))
  );
}
