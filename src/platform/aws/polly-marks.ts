import type { SentenceMark, SpeechInput } from '../../speech/speech-synthesizer.ts';

/**
 * Reads Polly's speech marks: one JSON object a line, with `time` in milliseconds, `type` and `value`. In SSML the
 * value is the sentence as it stands in the request, with its tags. Source: "Speech marks" in the Amazon Polly
 * Developer Guide.
 */
export function readPollyMarks(lines: string, kind: SpeechInput['kind']): SentenceMark[] {
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as { time: number; type: string; value: string })
    .filter(({ type }) => type === 'sentence')
    .map(({ time, value }) => ({ at: time, text: kind === 'ssml' ? textOfSsml(value) : value }));
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What is spoken of a piece of SSML, which need not be well-formed: a sentence may begin within one tag and end in another. */
function textOfSsml(ssml: string): string {
  return ssml
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (whole, hex, decimal, name) => {
      if (name) return entities[name] ?? whole;
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    })
    .replaceAll(/\s+/g, ' ')
    .trim();
}
