import type { ProblemCode } from '../errors.ts';
import type { SpeechFormat, SpeechInput } from './speech-synthesizer.ts';

/** `deleting` is hidden: what it stored is being removed. */
export type SpeechState = 'making' | 'complete' | 'failed' | 'deleting';

/** The audio of a speech that is complete. */
export interface SpeechAudio {
  /** Bytes. */
  size: number;
  /** Lower-case hexadecimal. */
  sha256: string;
  contentType: string;
  milliseconds: number;
}

/** Why a speech could not be made. */
export interface SpeechFailure {
  code: ProblemCode;
  /** For clients. */
  detail?: string;
}

/**
 * A speech, from the moment it is asked for: both the job that makes it and what is known about it afterwards.
 * The text itself is not in here: 100 000 characters may be more than the 400 KB that an item of a table takes.
 */
export interface SpeechRecord {
  /** Follows from what is said and how, or from the owner: see `speech-id.ts`. */
  id: string;
  /** Whose speech it is, such as `feedback <id>`; absent for what `POST /v1/speech` made. */
  owner?: string;
  /** SHA-256 of what is said and how, lower-case hexadecimal. */
  fingerprint: string;
  state: SpeechState;
  /** ISO 8601, UTC. */
  createdAt: string;
  kind: SpeechInput['kind'];
  voice: string;
  engine: string;
  language: string;
  format: SpeechFormat;
  /** Characters of the audio, as the engine bills them. Captions cost as many again. */
  characters: number;
  /** How far the audio has come, piece by piece. */
  pieces: { total: number; done: { bytes: number; milliseconds: number }[] };
  /** Absent until somebody asks for them. */
  captions?: 'wanted' | 'done';
  /** Pieces whose sentence marks are there. */
  marks: number;
  audio?: SpeechAudio;
  /** Present if it failed. */
  failure?: SpeechFailure;
  /** Times in a row that the piece under way failed, or that its maker died. */
  tries: number;
  /** Characters set aside in the month's budget and not yet spent, and the counter that they are in. */
  reserved?: { counter: string; characters: number };
  /** Part of the keys of its objects. New for every record, so that what remains of an older one is not in the way. */
  place: string;
  /** Counts the changes, from 1. */
  version: number;
  /** While there is something left to do: when it may be taken up, ISO 8601. Also the end of its maker's lease. */
  dueAt?: string;
  /** Who took it up last: a random name, new every time. */
  maker?: string;
}
