import { addAbortSignal, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  type PollyClient,
  SynthesizeSpeechCommand,
  type SynthesizeSpeechCommandInput,
  type VoiceId,
} from '@aws-sdk/client-polly';
import { AppError } from '../../app-error.ts';
import { millisecondsOf } from '../../speech/audio.ts';
import type { SpeechPiece, SpeechSynthesizer } from '../../speech/speech-synthesizer.ts';
import { wavHead } from '../../speech/wav.ts';
import { asSpeechError } from './polly-error.ts';
import { readPollyMarks } from './polly-marks.ts';
import { createPollyTurns, isPollyEngine, type PollyEngine } from './polly-quotas.ts';
import { createPollyVoices } from './polly-voices.ts';

interface PollyDeps {
  polly: PollyClient;
  clock: () => Date;
}

/** Signed 16-bit mono: "SynthesizeSpeech" in the API Reference, OutputFormat. 16 kHz is the most that Polly makes. */
const pcm = { channels: 1, rate: 16_000, bits: 16 };

/** Milliseconds after which Polly cuts the audio off without a word. Source: "Quotas in Amazon Polly". */
const longestAudio = 600_000;

/** Source: "Speech marks" in the Developer Guide: they are for neural, long-form and standard voices. */
const withoutMarks: readonly string[] = ['generative'];

const outputFormats = { mp3: 'mp3', ogg: 'ogg_vorbis', wav: 'pcm' } as const;

/**
 * Speech by Amazon Polly. Waits its turn within the quotas of the engine. Rejects with `speech_failed` if Polly refuses
 * the text or would cut its speech off after ten minutes, and with `store_unavailable` if Polly cannot be reached,
 * throttles for longer than the SDK tries, or breaks off.
 */
export function createPollySynthesizer({ polly, clock }: PollyDeps): SpeechSynthesizer {
  const describeVoices = createPollyVoices(polly, clock);
  const turns = createPollyTurns();

  /** Only a voice with several languages needs to be told which; others refuse to be told. */
  async function languageOf({ voice, language }: SpeechPiece) {
    const found = (await describeVoices()).find(({ id }) => id === voice);
    return found && found.languages.length > 1 ? { LanguageCode: language } : {};
  }

  async function call(
    piece: SpeechPiece,
    output: Partial<SynthesizeSpeechCommandInput>,
    signal: AbortSignal,
  ) {
    const engine = engineOf(piece);
    try {
      const input = {
        Engine: engine,
        VoiceId: piece.voice as VoiceId,
        Text: piece.content,
        TextType: piece.kind,
        ...(await languageOf(piece)),
        ...output,
      } as SynthesizeSpeechCommandInput;
      return await turns[engine].run(signal, async () => {
        const { AudioStream } = await polly.send(new SynthesizeSpeechCommand(input), { abortSignal: signal });
        return await receive(AudioStream as Readable | undefined, signal);
      });
    } catch (error) {
      throw signal.aborted ? signal.reason : asSpeechError(error);
    }
  }

  return {
    formats: ['mp3', 'ogg', 'wav'],
    mostCharacters: 3000,
    withoutMarks,

    async voices() {
      try {
        return await describeVoices();
      } catch (error) {
        throw asSpeechError(error);
      }
    },

    async synthesize(piece, signal) {
      const { format } = piece;
      const bytes = await call(
        piece,
        { OutputFormat: outputFormats[format], SampleRate: sampleRate(piece) },
        signal,
      );
      const audio = format === 'wav' ? Buffer.concat([wavHead(pcm, bytes.length), bytes]) : bytes;
      if ((await millisecondsOf(format, audio)) >= longestAudio) {
        throw new AppError(
          'speech_failed',
          'The speech is longer than ten minutes, where the engine cuts it off.',
        );
      }
      return audio;
    },

    async marks(piece, signal) {
      if (withoutMarks.includes(engineOf(piece))) {
        throw new AppError('speech_failed', `The engine ${piece.engine} does not say where sentences begin.`);
      }
      const lines = await call(piece, { OutputFormat: 'json', SpeechMarkTypes: ['sentence'] }, signal);
      return readPollyMarks(lines.toString('utf8'), piece.kind);
    },
  };
}

function engineOf({ engine }: SpeechPiece): PollyEngine {
  if (!isPollyEngine(engine)) throw new AppError('speech_failed', 'Polly has no such engine.');
  return engine;
}

/** The default of each engine ("SynthesizeSpeech", SampleRate), so that pieces can be joined whatever Polly changes it to. */
function sampleRate({ format, engine }: SpeechPiece): string {
  if (format === 'wav') return String(pcm.rate);
  return engine === 'standard' ? '22050' : '24000';
}

/** All of the answer. That it broke off has no status of its own: to the SDK the call had succeeded. */
async function receive(stream: Readable | undefined, signal: AbortSignal): Promise<Buffer> {
  if (!stream)
    throw new AppError('store_unavailable', undefined, { cause: new Error('an answer without audio') });
  try {
    return await buffer(addAbortSignal(signal, stream));
  } catch (cause) {
    throw new AppError('store_unavailable', undefined, { cause });
  }
}
