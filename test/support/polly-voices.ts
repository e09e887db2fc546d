interface PollyVoice {
  Id: string;
  Name: string;
  Gender: 'Female' | 'Male';
  LanguageCode: string;
  LanguageName: string;
  AdditionalLanguageCodes?: string[];
  SupportedEngines: string[];
}

/** Some of Polly's voices, one of every kind. Source: "Available voices" in the Amazon Polly Developer Guide. */
export const pollyVoices: PollyVoice[] = [
  {
    Id: 'Aditi',
    Name: 'Aditi',
    Gender: 'Female',
    LanguageCode: 'en-IN',
    LanguageName: 'Indian English',
    AdditionalLanguageCodes: ['hi-IN'],
    SupportedEngines: ['standard'],
  },
  {
    Id: 'Danielle',
    Name: 'Danielle',
    Gender: 'Female',
    LanguageCode: 'en-US',
    LanguageName: 'US English',
    SupportedEngines: ['generative', 'long-form', 'neural'],
  },
  {
    Id: 'Joanna',
    Name: 'Joanna',
    Gender: 'Female',
    LanguageCode: 'en-US',
    LanguageName: 'US English',
    SupportedEngines: ['generative', 'neural', 'standard'],
  },
  {
    Id: 'Matthew',
    Name: 'Matthew',
    Gender: 'Male',
    LanguageCode: 'en-US',
    LanguageName: 'US English',
    SupportedEngines: ['generative', 'neural', 'standard'],
  },
  {
    Id: 'Patrick',
    Name: 'Patrick',
    Gender: 'Male',
    LanguageCode: 'en-US',
    LanguageName: 'US English',
    SupportedEngines: ['long-form'],
  },
  {
    Id: 'Vicki',
    Name: 'Vicki',
    Gender: 'Female',
    LanguageCode: 'de-DE',
    LanguageName: 'German',
    SupportedEngines: ['generative', 'neural', 'standard'],
  },
  {
    Id: 'Zhiyu',
    Name: 'Zhiyu',
    Gender: 'Female',
    LanguageCode: 'cmn-CN',
    LanguageName: 'Chinese Mandarin',
    SupportedEngines: ['neural', 'standard'],
  },
];

/** Voices on one page of DescribeVoices; Polly decides on its own. */
const voicesOnPage = 3;

/** One page, or undefined for a token that was never given. */
export function voicePage(token: string | null): { Voices: PollyVoice[]; NextToken?: string } | undefined {
  const start = token === null ? 0 : Number(/^after-(\d+)$/.exec(token)?.[1] ?? Number.NaN);
  if (!(start >= 0 && start < pollyVoices.length)) return undefined;
  const end = start + voicesOnPage;
  const Voices = pollyVoices.slice(start, end);
  return end < pollyVoices.length ? { Voices, NextToken: `after-${end}` } : { Voices };
}
