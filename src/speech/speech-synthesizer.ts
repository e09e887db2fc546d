/** What audio comes as: MP3, Ogg with Vorbis, or WAV with PCM. */
export const speechFormats = ['mp3', 'ogg', 'wav'] as const;
export type SpeechFormat = (typeof speechFormats)[number];

/** Plain text, or SSML with `<speak>` around it. */
export type SpeechInput = { kind: 'text' | 'ssml'; content: string };

export interface Voice {
  id: string;
  name: string;
  /** BCP 47. The first is its own; it speaks the others with their accents. */
  languages: string[];
  /** The first is the one that is used unless another is asked for. */
  engines: string[];
}

/** One call to the engine: at most `mostCharacters` characters, as it bills them. */
export interface SpeechPiece extends SpeechInput {
  voice: string;
  engine: string;
  language: string;
  format: SpeechFormat;
}

/** Where a sentence begins. */
export interface SentenceMark {
  /** Milliseconds from the beginning of the piece. */
  at: number;
  text: string;
}

/**
 * Makes speech. Rejects with `speech_unavailable` if there is no engine, `speech_failed` (with a reason for
 * clients) if the engine refuses the text, and `store_unavailable` if it cannot be reached or throttles for longer
 * than the adapter's own waiting.
 */
export interface SpeechSynthesizer {
  /** The first is the one that is used unless another is asked for. */
  formats: readonly SpeechFormat[];
  /** Characters of one piece, as the engine bills them. */
  mostCharacters: number;
  /** Engines that do not say where sentences begin: there are no captions of what they speak. */
  withoutMarks: readonly string[];
  /**
   * What it can speak with. Asked for again at most once an hour. The first, of all or of a language, is the one that is
   * used unless another is asked for.
   */
  voices(): Promise<Voice[]>;
  synthesize(piece: SpeechPiece, signal: AbortSignal): Promise<Buffer>;
  /** Where the sentences of a piece begin in its audio. Billed like the audio. */
  marks(piece: SpeechPiece, signal: AbortSignal): Promise<SentenceMark[]>;
}
