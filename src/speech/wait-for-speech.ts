import type { SpeechRecord } from './speech-record.ts';
import type { SpeechStore } from './speech-store.ts';

/**
 * Resolves with the record once `isSettled`, or as it is when the time is up; with undefined if it is gone. Rejects
 * with the reason of the signal.
 */
export type WaitForSpeech = (
  id: string,
  isSettled: (record: SpeechRecord) => boolean,
  signal: AbortSignal,
) => Promise<SpeechRecord | undefined>;

interface WaitDeps {
  store: Pick<SpeechStore, 'get'>;
  sleep: (milliseconds: number) => Promise<unknown>;
  longestMs: number;
}

const firstPauseMs = 50;
const longestPauseMs = 1000;

/** Looks at the record again and again, less and less often. All who wait at the same moment share one look. */
export function createWaitForSpeech({ store, sleep, longestMs }: WaitDeps): WaitForSpeech {
  const looks = new Map<string, Promise<SpeechRecord | undefined>>();

  function look(id: string): Promise<SpeechRecord | undefined> {
    const shared = looks.get(id) ?? store.get(id).finally(() => looks.delete(id));
    looks.set(id, shared);
    return shared;
  }

  return async (id, isSettled, signal) => {
    let pause = firstPauseMs;
    for (let waited = 0; ; waited += pause) {
      signal.throwIfAborted();
      const record = await look(id);
      if (!record || isSettled(record) || waited >= longestMs) return record;
      pause = Math.min(pause * 1.5, longestPauseMs, longestMs - waited);
      await sleep(pause);
    }
  };
}
