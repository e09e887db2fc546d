import { randomUUID } from 'node:crypto';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Counters } from '../../src/ledger/counters.ts';
import type { SpeechRequest } from '../../src/speech/request-speech.ts';
import { createSpeechBudget } from '../../src/speech/speech-budget.ts';
import { createSpeechObjects } from '../../src/speech/speech-objects.ts';
import type { SpeechRecord } from '../../src/speech/speech-record.ts';
import { createSpeechService, type SpeechService } from '../../src/speech/speech-service.ts';
import type { SpeechStore } from '../../src/speech/speech-store.ts';
import type { SpeechSynthesizer } from '../../src/speech/speech-synthesizer.ts';
import { createWaitForSpeech } from '../../src/speech/wait-for-speech.ts';
import type { ObjectStore } from '../../src/uploads/object-store.ts';

/** What speech needs of a platform. */
export interface SpeechStores {
  speechStore: SpeechStore;
  objectStore: ObjectStore;
  counters: Counters;
}

export interface SpeechBenchOptions {
  stores: SpeechStores;
  synthesizer: SpeechSynthesizer;
  charactersPerMonth?: number;
  waitMs?: number;
  /** How far ahead of the real time its clock is. */
  clockOffsetMs?: () => number;
  /** Real pauses of the maker are this many times shorter. */
  hurry?: number;
}

export const leaseMs = 60_000;

/** An instance of the service over given stores, and what it has told. */
export function speechBench({ stores, synthesizer, ...options }: SpeechBenchOptions) {
  const { charactersPerMonth = 10_000_000, waitMs = 15_000, clockOffsetMs = () => 0, hurry = 20 } = options;
  const { speechStore: store, objectStore, counters } = stores;
  const clock = () => new Date(Date.now() + clockOffsetMs());
  const outcomes: string[] = [];
  const characters: number[] = [];
  const warnings: string[] = [];
  const service = createSpeechService({
    store,
    synthesizer,
    objects: createSpeechObjects({ objectStore, longestPutMs: 20_000 }),
    budget: createSpeechBudget({ counters, charactersPerMonth, clock }),
    wait: createWaitForSpeech({ store, sleep: delay, longestMs: waitMs }),
    metrics: {
      speech: (outcome) => void outcomes.push(outcome),
      speechCharacters: (_engine, count) => void characters.push(count),
    },
    clock,
    random: () => 0,
    randomId: randomUUID,
    sleep: (ms) => delay(ms / hurry),
    leaseMs,
    longestCallMs: 20_000,
    log: { warn: (_details, message) => void warnings.push(message) },
  });
  return { service, outcomes, characters, warnings, clock };
}

/** A request as the API makes it. */
export function asking(content: string, given: Partial<SpeechRequest> = {}): SpeechRequest {
  return {
    input: { kind: 'text', content },
    wanted: {},
    captions: false,
    pointer: (member) => `/${member}`,
    signal: new AbortController().signal,
    ...given,
  };
}

export async function audioOf(service: SpeechService, record: SpeechRecord): Promise<Buffer> {
  return buffer(await service.open(record, 'audio'));
}

export async function captionsOf(service: SpeechService, record: SpeechRecord): Promise<string> {
  return text(await service.open(record, 'captions'));
}

/** So many sentences that each are different, 40 characters long. */
export function sentences(count: number): string {
  return Array.from(
    { length: count },
    (_, n) => `Sentence ${String(n).padStart(6, '0')} is one of so very many. `,
  )
    .join('')
    .trimEnd();
}
