import type { SentenceMark } from './speech-synthesizer.ts';

export interface SpokenPiece {
  /** Milliseconds that its audio lasts. */
  milliseconds: number;
  marks: SentenceMark[];
}

/**
 * Captions of a speech as WebVTT (https://www.w3.org/TR/webvtt1/): a cue a sentence, from where it begins to where
 * the next one does, or to the end of the audio.
 */
export function toWebVtt(pieces: SpokenPiece[]): string {
  const sentences: SentenceMark[] = [];
  let before = 0;
  for (const { marks, milliseconds } of pieces) {
    for (const { at, text } of marks) sentences.push({ at: before + at, text: cueText(text) });
    before += milliseconds;
  }
  const shown = sentences.filter(({ text }) => text !== '').sort((a, b) => a.at - b.at);
  const cues = shown.map(({ at, text }, index) => {
    const start = Math.round(at);
    // A cue must end after it begins (section 4.1).
    const end = Math.max(Math.round(shown[index + 1]?.at ?? before), start + 1);
    return `${index + 1}\n${timestamp(start)} --> ${timestamp(end)}\n${text}\n`;
  });
  return `WEBVTT\n\n${cues.join('\n')}`;
}

/** One line, without what would begin a tag or an escape, or look like the times of a cue (section 4.2.1). */
function cueText(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function timestamp(milliseconds: number): string {
  const parts = [Math.floor(milliseconds / 3_600_000), Math.floor(milliseconds / 60_000) % 60];
  const seconds = ((milliseconds % 60_000) / 1000).toFixed(3).padStart(6, '0');
  return `${parts.map((part) => String(part).padStart(2, '0')).join(':')}:${seconds}`;
}
