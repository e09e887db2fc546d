import { SaxesParser } from 'saxes';
import { pollyVoices } from './polly-voices.ts';
import { silentMp3, silentPcm } from './silent-audio.ts';
import { silentVorbis } from './silent-vorbis.ts';

/** A refusal as Polly words it. Source: "SynthesizeSpeech" in the Amazon Polly API Reference. */
export interface Refusal {
  code: string;
  message: string;
}

export interface Wanted {
  engine: string;
  format: string;
  rate: number;
  /** What is spoken and billed: the text without its tags. */
  spoken: string;
  /** The request's own text, tags included. */
  source: string;
  isSsml: boolean;
}

/** Milliseconds that the stand-in speaks for one billed character. */
export const millisecondsOfCharacter = 48;

/** Milliseconds after which Polly cuts its audio off. Source: "Quotas in Amazon Polly". */
const longestAudio = 600_000;

const mp3Rates = [8000, 16_000, 22_050, 24_000, 44_100, 48_000];
const rates: Record<string, number[]> = {
  mp3: mp3Rates,
  ogg_vorbis: mp3Rates,
  pcm: [8000, 16_000],
  json: mp3Rates,
};

/** Tags that only some engines have. Source: "Supported SSML tags" in the Amazon Polly Developer Guide. */
const tags: Record<string, string[]> = {
  all: ['speak', 'break', 'lang', 'mark', 'p', 'phoneme', 'prosody', 's', 'say-as', 'sub', 'w'],
  standard: ['emphasis', 'amazon:auto-breaths', 'amazon:breath', 'amazon:effect'],
  neural: ['amazon:domain', 'amazon:effect'],
  'long-form': ['amazon:effect'],
  generative: [],
};

const refuse = (code: string, message: string): Refusal => ({ code, message });
const isRefusal = (value: Refusal | string): value is Refusal => typeof value !== 'string';

/** The text of SSML, or why Polly would not have it. */
function spokenOfSsml(ssml: string, engine: string): string | Refusal {
  let spoken = '';
  const parser = new SaxesParser();
  const fail = (message: string) => {
    throw new Error(message);
  };
  parser.on('error', ({ message }) => fail(message));
  parser.on('doctype', () => fail('no document type'));
  parser.on('text', (text) => {
    spoken += text;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (![...(tags.all ?? []), ...(tags[engine] ?? [])].includes(name)) fail(`no <${name}>`);
    if (name === 'prosody' && 'pitch' in attributes && engine !== 'standard') fail('no pitch');
  });
  try {
    if (!/^\s*<speak[\s>]/.test(ssml)) fail('no <speak>');
    parser.write(ssml).close();
  } catch (error) {
    return refuse('InvalidSsmlException', `Invalid SSML request: ${(error as Error).message}`);
  }
  return spoken;
}

/** Checks a request as Polly does. */
export function readSpeechRequest(body: Record<string, unknown>): Wanted | Refusal {
  const { Engine = 'standard', OutputFormat, Text, TextType = 'text', VoiceId, LanguageCode } = body;
  const engine = String(Engine);
  const format = String(OutputFormat);
  if (typeof Text !== 'string') return refuse('ValidationException', "Value null at 'text'");
  const voice = pollyVoices.find(({ Id }) => Id === VoiceId);
  if (!voice) return refuse('ValidationException', "Value at 'voiceId' failed to satisfy constraint");
  if (!(engine in tags) || engine === 'all') {
    return refuse('ValidationException', "Value at 'engine' failed to satisfy constraint");
  }
  if (!voice.SupportedEngines.includes(engine)) {
    return refuse('EngineNotSupportedException', 'This voice does not support the selected engine');
  }
  const languages = [voice.LanguageCode, ...(voice.AdditionalLanguageCodes ?? [])];
  if (LanguageCode !== undefined && !languages.includes(String(LanguageCode))) {
    return refuse('LanguageNotSupportedException', 'This voice does not support the selected language');
  }
  if (!rates[format]) {
    return refuse('ValidationException', "Value at 'outputFormat' failed to satisfy constraint");
  }
  const rate = Number(
    body.SampleRate ?? (format === 'pcm' ? 16_000 : engine === 'standard' ? 22_050 : 24_000),
  );
  if (!rates[format].includes(rate)) {
    return refuse('InvalidSampleRateException', 'The specified sample rate is not valid.');
  }
  const marks = body.SpeechMarkTypes;
  if ((format === 'json') !== Array.isArray(marks)) {
    return refuse('MarksNotSupportedForFormatException', 'Speech marks are not supported for this format');
  }
  if (format === 'json' && engine === 'generative') {
    return refuse('ValidationException', 'This engine does not support speech marks');
  }
  const spoken = TextType === 'ssml' ? spokenOfSsml(Text, engine) : Text;
  if (isRefusal(spoken)) return spoken;
  if (Text.length > 6000 || spoken.length > 3000) {
    return refuse('TextLengthExceededException', 'Maximum text length has been exceeded');
  }
  return { engine, format, rate, spoken, source: Text, isSsml: TextType === 'ssml' };
}

/** Where each UTF-16 unit of the spoken text stands in the request, and where the last one ends. */
function placesOf({ isSsml, source }: Wanted): number[] {
  const units = isSsml ? /<[^>]*>|&[^;]*;|[\s\S]/g : /[\s\S]/g;
  const places = [...source.matchAll(units)].filter(([unit]) => !unit.startsWith('<') || !isSsml);
  return [...places.map(({ index }) => index), source.length];
}

/** One line of JSON for every sentence, as "Speech marks" in the Developer Guide shows them: `value` has its tags. */
function marksOf(wanted: Wanted): Buffer {
  const places = placesOf(wanted);
  const sentences = new Intl.Segmenter('en', { granularity: 'sentence' }).segment(wanted.spoken);
  const lines = [...sentences].flatMap(({ segment, index }) => {
    if (!segment.trim()) return [];
    const length = segment.trimEnd().length;
    const from = places[index] ?? 0;
    const to = places[index + length] ?? wanted.source.length;
    const value = wanted.source
      .slice(from, to)
      .replace(/<\/speak>\s*$/, '')
      .trimEnd();
    const start = Buffer.byteLength(wanted.source.slice(0, from));
    const time = index * millisecondsOfCharacter;
    return [JSON.stringify({ time, type: 'sentence', start, end: start + Buffer.byteLength(value), value })];
  });
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

/** What Polly would answer with, only that it is silent: as long as the text has characters. */
export function speechOf(wanted: Wanted, slowness: number): { type: string; body: Buffer } {
  const { format, rate, spoken } = wanted;
  const wholeLength = Math.max(1, spoken.length) * millisecondsOfCharacter * slowness;
  const milliseconds = Math.min(wholeLength, longestAudio);
  if (format === 'mp3') return { type: 'audio/mpeg', body: silentMp3(milliseconds, rate) };
  if (format === 'ogg_vorbis') return { type: 'audio/ogg', body: silentVorbis(milliseconds, rate) };
  if (format === 'pcm') return { type: 'audio/pcm', body: silentPcm(milliseconds, rate) };
  return { type: 'application/x-json-stream', body: marksOf(wanted) };
}
