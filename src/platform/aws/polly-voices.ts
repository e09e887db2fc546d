import { DescribeVoicesCommand, type PollyClient, type Voice as PollyVoice } from '@aws-sdk/client-polly';
import { keepFor } from '../../keep-for.ts';
import type { Voice } from '../../speech/speech-synthesizer.ts';
import { pollyEngines } from './polly-quotas.ts';

const hour = 3_600_000;

/** More than Polly has by far: the list is given in a few pages. */
const mostPages = 100;

/** Polly's voices, asked for at most once an hour. Rejects with the SDK's own error. */
export function createPollyVoices(polly: PollyClient, clock: () => Date): () => Promise<Voice[]> {
  return keepFor(hour, clock, () => describeVoices(polly));
}

async function describeVoices(polly: PollyClient): Promise<Voice[]> {
  const voices: Voice[] = [];
  let token: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { Voices = [], NextToken } = await polly.send(
      new DescribeVoicesCommand({ IncludeAdditionalLanguageCodes: true, NextToken: token }),
    );
    voices.push(...Voices.flatMap(toVoice));
    token = NextToken;
    if (!token) return voices.sort(byPreference);
  }
  throw new Error(`DescribeVoices gave ${mostPages} pages and no end`);
}

/**
 * The first voice is used unless another is asked for, and so is the first that speaks a language: so those with the
 * engine of choice come first, and of those US English. By their names otherwise, whatever order Polly gives.
 */
function byPreference(a: Voice, b: Voice): number {
  const engineRank = ({ engines }: Voice) => pollyEngines.findIndex((engine) => engines.includes(engine));
  const languageRank = ({ languages }: Voice) => (languages[0] === 'en-US' ? 0 : 1);
  return engineRank(a) - engineRank(b) || languageRank(a) - languageRank(b) || a.id.localeCompare(b.id, 'en');
}

/** None for a voice whose engines are all newer than this code: their quotas and SSML are not known. */
function toVoice({
  Id,
  Name,
  LanguageCode,
  AdditionalLanguageCodes = [],
  SupportedEngines = [],
}: PollyVoice): Voice[] {
  const engines = pollyEngines.filter((engine) => SupportedEngines.includes(engine));
  if (!Id || !LanguageCode || engines.length === 0) return [];
  return [{ id: Id, name: Name ?? Id, languages: [LanguageCode, ...AdditionalLanguageCodes], engines }];
}
