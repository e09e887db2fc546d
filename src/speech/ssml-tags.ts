/** What the value of an attribute may be. */
type Values = RegExp;

export interface SsmlTag {
  attributes: Record<string, Values>;
  /** Attributes that must be there. */
  required?: readonly string[];
}

type Tags = Record<string, SsmlTag>;

const oneOf = (...values: string[]): Values => new RegExp(`^(?:${values.join('|')})$`);
const language: Values = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;
/** Anything that a person may write, of bounded length. */
const words: Values = /^.{1,250}$/su;
/** Up to ten seconds, the longest pause. */
const pause: Values = /^(?:(?:\d(?:\.\d{1,3})?|10)s|(?:\d{1,4}|10000)ms)$/;
const duration: Values = /^\d{1,4}(?:\.\d{1,3})?m?s$/;
const percent: Values = /^[+-]?\d{1,3}(?:\.\d{1,2})?%$/;

const either = (...parts: Values[]): Values => new RegExp(parts.map(({ source }) => source).join('|'), 'u');

const volume = either(
  oneOf('default', 'silent', 'x-soft', 'soft', 'medium', 'loud', 'x-loud'),
  /^[+-]\d{1,2}(?:\.\d{1,2})?dB$/,
);
const rate = either(oneOf('default', 'x-slow', 'slow', 'medium', 'fast', 'x-fast'), /^\d{2,3}%$/);
const pitch = either(oneOf('default', 'x-low', 'low', 'medium', 'high', 'x-high'), percent);

const speak: SsmlTag = {
  attributes: {
    version: /^1\.[01]$/,
    xmlns: /^http:\/\/www\.w3\.org\/2001\/10\/synthesis$/,
    'xml:lang': language,
  },
};
const pauses: SsmlTag = {
  attributes: { strength: oneOf('none', 'x-weak', 'weak', 'medium', 'strong', 'x-strong'), time: pause },
};
const mark: SsmlTag = { attributes: { name: /^[\w.:-]{1,64}$/ }, required: ['name'] };
const sayAs: SsmlTag = {
  attributes: {
    'interpret-as': oneOf(
      ...['characters', 'spell-out', 'cardinal', 'number', 'ordinal', 'digits', 'fraction', 'unit', 'date'],
      ...['time', 'address', 'expletive', 'telephone', 'verbatim'],
    ),
    format: oneOf('mdy', 'dmy', 'ymd', 'md', 'dm', 'ym', 'my', 'd', 'm', 'y', 'yyyymmdd'),
  },
  required: ['interpret-as'],
};
const emphasis: SsmlTag = { attributes: { level: oneOf('strong', 'moderate', 'reduced', 'none') } };
const substitute: SsmlTag = { attributes: { alias: words }, required: ['alias'] };

/** What all of Polly's engines take. */
const common: Tags = {
  speak,
  break: pauses,
  lang: { attributes: { 'xml:lang': language }, required: ['xml:lang'] },
  mark,
  p: { attributes: {} },
  phoneme: {
    attributes: {
      alphabet: oneOf('ipa', 'x-sampa', 'x-amazon-pinyin', 'x-amazon-yomigana', 'x-amazon-pron-kana'),
      ph: words,
    },
    required: ['alphabet', 'ph'],
  },
  prosody: { attributes: { volume, rate } },
  s: { attributes: {} },
  'say-as': sayAs,
  sub: substitute,
  w: { attributes: { role: /^amazon:[A-Z]{2,5}(?:_\d)?$/ }, required: ['role'] },
};

const drc = oneOf('drc');
const level = oneOf('default', 'x-soft', 'soft', 'medium', 'loud', 'x-loud');
const breathLength = oneOf('default', 'x-short', 'short', 'medium', 'long', 'x-long');

/**
 * The SSML that each engine takes; anything else is refused before it is billed. Source for Polly: "Supported SSML
 * tags" in the Amazon Polly Developer Guide and the page of each tag in it
 * (docs.aws.amazon.com/polly/latest/dg/supportedtags.html). espeak-ng ignores what it does not know, but opens files
 * for `<audio>`, which is why that is not here (docs/markup.md of espeak-ng).
 */
export const ssmlTags: Readonly<Record<string, Tags>> = {
  standard: {
    ...common,
    prosody: { attributes: { volume, rate, pitch, 'amazon:max-duration': duration } },
    emphasis,
    'amazon:auto-breaths': {
      attributes: {
        volume: level,
        frequency: oneOf('default', 'x-low', 'low', 'medium', 'high', 'x-high'),
        duration: breathLength,
      },
    },
    'amazon:breath': { attributes: { volume: level, duration: breathLength } },
    'amazon:effect': {
      attributes: {
        name: oneOf('drc', 'whispered'),
        phonation: oneOf('soft'),
        'vocal-tract-length': percent,
      },
    },
  },
  neural: {
    ...common,
    'amazon:domain': { attributes: { name: oneOf('news') }, required: ['name'] },
    'amazon:effect': { attributes: { name: drc }, required: ['name'] },
  },
  'long-form': { ...common, 'amazon:effect': { attributes: { name: drc }, required: ['name'] } },
  generative: common,
  espeak: {
    speak,
    break: pauses,
    mark,
    p: { attributes: {} },
    prosody: { attributes: { volume, rate, pitch } },
    s: { attributes: {} },
    'say-as': sayAs,
    sub: substitute,
    emphasis,
  },
};
