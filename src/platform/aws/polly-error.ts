import { AppError } from '../../app-error.ts';
import { asStoreError } from './aws-error.ts';

/** Polly's refusals of a request, in words for clients. Source: "SynthesizeSpeech" in the Amazon Polly API Reference. */
const reasons: Record<string, string> = {
  EngineNotSupportedException: 'The voice does not speak with this engine.',
  InvalidSampleRateException: 'The engine does not make this format.',
  InvalidSsmlException: 'The engine does not take this SSML.',
  LanguageNotSupportedException: 'The voice does not speak this language.',
  MarksNotSupportedForFormatException: 'The engine does not say where sentences begin.',
  SsmlMarksNotSupportedForTextTypeException: 'The engine does not say where sentences begin in plain text.',
  TextLengthExceededException: 'The text is longer than the engine takes at once.',
  ValidationException: 'The engine does not take this text with this voice.',
};

/**
 * Makes `speech_failed` of a refusal of the text, and `store_unavailable` of what trying again may cure, throttling
 * above all. A missing permission stays as it is.
 */
export function asSpeechError(error: unknown): unknown {
  const reason = error instanceof Error ? reasons[error.name] : undefined;
  if (reason) return new AppError('speech_failed', reason, { cause: error });
  return asStoreError(error);
}
