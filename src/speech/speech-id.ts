import { createHash } from 'node:crypto';
import type { SpeechFormat, SpeechInput } from './speech-synthesizer.ts';

/** Everything that makes two speeches different. */
export interface SpeechSpec extends SpeechInput {
  voice: string;
  engine: string;
  language: string;
  format: SpeechFormat;
}

const sha256 = (parts: string[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** SHA-256 of what is said and how, lower-case hexadecimal. */
export function fingerprintOf({ kind, content, voice, engine, language, format }: SpeechSpec): string {
  return sha256(['speech', kind, content, voice, engine, language, format]);
}

/**
 * The id of a speech that belongs to nobody: the same text, said the same way, always has the same id. That is what
 * keeps it from being stored or billed twice.
 */
export function sharedSpeechId(fingerprint: string): string {
  return toUuid(fingerprint);
}

/**
 * The id of a speech that belongs to something else, such as feedback: it follows from the owner and the format
 * only, so that whoever removes the owner finds every speech of it without a list.
 */
export function ownedSpeechId(owner: string, format: SpeechFormat): string {
  return toUuid(sha256(['owned speech', owner, format]));
}

/** A UUID of version 8, for ids that an application derives itself (RFC 9562 section 5.8). */
function toUuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
