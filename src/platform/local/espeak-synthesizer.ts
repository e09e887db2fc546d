import { AppError } from '../../app-error.ts';
import type { Environment } from '../../config.ts';
import { keepFor } from '../../keep-for.ts';
import type { SpeechPiece, SpeechSynthesizer } from '../../speech/speech-synthesizer.ts';
import { checkSsml } from '../../speech/ssml.ts';
import { readWav, type Wav, wavHead } from '../../speech/wav.ts';
import { createTurns } from '../../turns.ts';
import { espeakInput, espeakSentences, together } from './espeak-input.ts';
import { runEspeak } from './espeak-process.ts';
import { espeakEngine, readEspeakVoices } from './espeak-voices.ts';

interface EspeakDeps {
  clock: () => Date;
  /** Of which PATH says where espeak-ng is. */
  env: Environment;
}

const hour = 3_600_000;

/** Runs for the marks of one piece, beside that of all of it. A piece may have a thousand sentences. */
const mostRuns = 16;

/** Programs at once. Each uses a whole processor, for a moment. */
const atOnce = 2;

/**
 * Speech by the program espeak-ng. It is looked for when it is first needed, so that everything else works without
 * it: then every call rejects with `speech_unavailable`. Text goes in by its standard input, never in its arguments.
 */
export function createEspeakSynthesizer({ clock, env }: EspeakDeps): SpeechSynthesizer {
  const turns = createTurns({ atOnce });
  const voices = keepFor(hour, clock, async () => {
    const table = await runEspeak(['--voices'], '', { env, signal: new AbortController().signal });
    return readEspeakVoices(table.toString('utf8'));
  });

  /** What goes into the arguments is known: a voice that is in the list. */
  async function argumentsFor({ voice, engine, kind }: SpeechPiece): Promise<string[]> {
    const isKnown = (await voices()).some(({ id }) => id === voice);
    if (!isKnown || engine !== espeakEngine) {
      throw new AppError('speech_failed', 'espeak-ng has no such voice.');
    }
    // UTF-8 in, WAV out.
    return ['-b', '1', '--stdin', '--stdout', '-v', voice, ...(kind === 'ssml' ? ['-m'] : [])];
  }

  async function speak(args: string[], input: string, signal: AbortSignal): Promise<Wav> {
    const file = await turns.run(signal, () => runEspeak(args, input, { env, signal }));
    if (file.length === 0) throw new AppError('speech_failed', 'There is nothing to say in the text.');
    return readWav(file);
  }

  async function prepare(piece: SpeechPiece, signal: AbortSignal): Promise<string[]> {
    signal.throwIfAborted();
    if (piece.kind === 'ssml') checkSsml(piece.content, espeakEngine);
    return argumentsFor(piece);
  }

  return {
    formats: ['wav'],
    mostCharacters: 3000,
    withoutMarks: [],
    voices,

    async synthesize(piece, signal) {
      const wav = await speak(await prepare(piece, signal), espeakInput(piece), signal);
      // It writes its head before it knows how much will follow.
      return Buffer.concat([wavHead(wav, wav.pcm.length), wav.pcm]);
    },

    /**
     * espeak-ng does not say where sentences begin, so each is spoken alone, and the lengths are scaled to that of
     * the whole: right to within the difference of the pauses. Of more than 16 sentences some are spoken together, and
     * share their time by their characters.
     */
    async marks(piece, signal) {
      const args = await prepare(piece, signal);
      const sentences = espeakSentences(piece);
      const apart = async () => {
        const lengths: number[] = [];
        const size = Math.ceil(sentences.length / mostRuns);
        for (let from = 0; from < sentences.length; from += size) {
          const group = sentences.slice(from, from + size);
          const { pcm } = await speak(args, together(group, piece.kind), signal);
          const characters = group.reduce((total, { text }) => total + text.length, 0);
          lengths.push(...group.map(({ text }) => (pcm.length * text.length) / characters));
        }
        return lengths;
      };
      const [whole, lengths] = await Promise.all([speak(args, espeakInput(piece), signal), apart()]);
      const sum = lengths.reduce((total, length) => total + length, 0);
      const milliseconds = (whole.pcm.length / ((whole.channels * whole.bits) / 8) / whole.rate) * 1000;
      let before = 0;
      return sentences.map(({ text }, index) => {
        const at = Math.round((before / Math.max(1, sum)) * milliseconds);
        before += lengths[index] ?? 0;
        return { at, text };
      });
    },
  };
}
