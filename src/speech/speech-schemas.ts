import { z } from 'zod';
import { prose } from '../http/text.ts';
import { speechFormats } from './speech-synthesizer.ts';

/** Code points of a text that is made into speech. */
export const mostTextCharacters = 100_000;

export const speechId = z
  .uuid()
  .meta({ description: 'The id of a speech: it follows from what is said and how.' });

const choice = z.string().min(1).max(64).optional();

/** How something is to be heard. Which voices there are depends on the platform. */
export const wantedVoice = {
  voice: choice.meta({ description: 'Id of a voice. Default: the first that goes with the rest.' }),
  language: choice.meta({ description: 'BCP 47, such as `de-DE`, or `de` for any German.' }),
  engine: choice.meta({ description: 'Engine of the voice, such as `neural`.' }),
  format: z
    .enum(speechFormats)
    .optional()
    .meta({ description: 'What the audio comes as. Not every platform has every format.' }),
};

const common = {
  ...wantedVoice,
  captions: z
    .boolean()
    .default(false)
    .meta({ description: 'Also make captions. Costs the characters again.' }),
};

export const speechInput = z
  .union(
    [
      z.strictObject({ text: prose(1, mostTextCharacters), ...common }),
      z.strictObject({ ssml: z.string().min(1).max(6000), ...common }),
    ],
    { error: 'expected either `text` or `ssml`' },
  )
  .meta({ id: 'SpeechInput' });

const self = z.url().meta({ description: 'Signed, expires.' });

const complete = z
  .object({
    id: speechId,
    state: z.literal('complete'),
    name: z.string(),
    size: z.number().int().meta({ description: 'Bytes.' }),
    contentType: z.string(),
    sha256: z.string().meta({ description: 'Lower-case hexadecimal.' }),
    createdAt: z.iso.datetime(),
    milliseconds: z.number().int(),
    characters: z.number().int().meta({ description: 'As the engine bills them, without captions.' }),
    voice: z.string(),
    engine: z.string(),
    language: z.string(),
    format: z.enum(speechFormats),
    captions: z.enum(['none', 'making', 'done']),
    links: z.object({
      self,
      content: z.url().meta({ description: 'Signed, expires.' }),
      captions: z.url().optional().meta({ description: 'Signed, expires.' }),
    }),
  })
  .meta({ id: 'Speech' });

const unfinished = z
  .object({
    id: speechId,
    state: z.literal('making'),
    pieces: z.object({ done: z.number().int(), total: z.number().int() }),
    links: z.object({ self }),
  })
  .meta({ id: 'SpeechInTheMaking' });

const failed = z
  .object({ id: speechId, state: z.literal('failed'), detail: z.string(), links: z.object({ self }) })
  .meta({ id: 'FailedSpeech' });

export const speech = complete;
export const speechInTheMaking = z.union([unfinished, complete]);
export const anySpeech = z.union([complete, unfinished, failed]);
