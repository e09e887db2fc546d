import type { Voice } from '../../speech/speech-synthesizer.ts';

export const espeakEngine = 'espeak';

/** `Pty Language Age/Gender VoiceName File Other Languages`, in columns that long names push aside. */
const row = /^\s*(?<priority>\d+)\s+(?<id>\S+)\s+\S+\s+(?<name>\S+)\s+\S+\s*(?<others>.*)$/;

/**
 * Reads the table of `espeak-ng --voices`. The id of a voice is its language, which `-v` takes; of two with the same,
 * espeak-ng uses the one with the lower number, and so does this.
 */
export function readEspeakVoices(table: string): Voice[] {
  const rows = table
    .split('\n')
    .map((line) => row.exec(line)?.groups)
    .filter((found) => found !== undefined);
  rows.sort((a, b) => Number(a.priority) - Number(b.priority));
  const voices = new Map<string, Voice>();
  for (const { id = '', name = '', others = '' } of rows) {
    const languages = [id, ...Array.from(others.matchAll(/\((\S+) \d+\)/g), ([, other = '']) => other)];
    const tags = [...new Set(languages.flatMap(canonical))];
    if (tags.length === 0 || voices.has(id)) continue;
    voices.set(id, { id, name: name.replaceAll('_', ' '), languages: tags, engines: [espeakEngine] });
  }
  return [...voices.values()];
}

/** The tag as BCP 47 writes it, such as `en-US` for `en-us`; none for what is no tag. */
function canonical(tag: string): string[] {
  try {
    return Intl.getCanonicalLocales(tag);
  } catch {
    return [];
  }
}
