import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Counters } from '../ledger/counters.ts';
import { createSpeechBudget } from '../speech/speech-budget.ts';
import { createSpeechObjects } from '../speech/speech-objects.ts';
import { createSpeechOfFeedback } from '../speech/speech-of-feedback.ts';
import { createSpeechService, type SpeechServiceDeps } from '../speech/speech-service.ts';
import { createWaitForSpeech } from '../speech/wait-for-speech.ts';
import type { ObjectStore } from '../uploads/object-store.ts';

interface SpeechDeps extends Pick<SpeechServiceDeps, 'metrics' | 'clock' | 'log'> {
  /** What speech needs of a platform. */
  platform: {
    speechStore: SpeechServiceDeps['store'];
    synthesizer: SpeechServiceDeps['synthesizer'];
    objectStore: ObjectStore;
    counters: Counters;
  };
}

/** Milliseconds that a maker may take for one step. What a process that died was making goes on after that. */
const leaseMs = 120_000;
/** Shorter, so that nothing happens any more when the lease is over. */
const longestStepMs = 100_000;

/** Speech, wired by hand. Holds no rule. */
export function composeSpeech(config: Config, { platform, ...deps }: SpeechDeps) {
  const { speechStore: store, synthesizer, objectStore, counters } = platform;
  const charactersPerMonth = config.INLET_SPEECH_CHARACTERS_PER_MONTH;
  const speech = createSpeechService({
    ...deps,
    store,
    synthesizer,
    objects: createSpeechObjects({ objectStore, longestPutMs: longestStepMs / 2 }),
    budget: createSpeechBudget({ counters, charactersPerMonth, clock: deps.clock }),
    wait: createWaitForSpeech({ store, sleep: delay, longestMs: config.INLET_SPEECH_WAIT_SECONDS * 1000 }),
    random: Math.random,
    randomId: randomUUID,
    sleep: delay,
    leaseMs,
    longestCallMs: longestStepMs / 2,
  });
  return { speech, ofFeedback: createSpeechOfFeedback(speech) };
}
