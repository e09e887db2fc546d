import type { Readable } from 'node:stream';
import { AppError } from '../app-error.ts';
import type { ByteRange } from '../uploads/object-store.ts';
import { changed } from './lease.ts';
import { createMaker, type MakerDeps } from './maker.ts';
import { createRequestSpeech, type RequestSpeech, type RequestSpeechDeps } from './request-speech.ts';
import { giveBackOfRemoved } from './speech-budget.ts';
import { ownedSpeechId } from './speech-id.ts';
import type { SpeechRecord } from './speech-record.ts';
import { speechFormats } from './speech-synthesizer.ts';

export interface SpeechService {
  request: RequestSpeech;
  /** Rejects with `speech_not_found`, also for what belongs to something else. */
  get(id: string): Promise<SpeechRecord>;
  /** The bytes of a complete speech. */
  open(record: SpeechRecord, what: 'audio' | 'captions', range?: ByteRange): Promise<Readable>;
  /** Removes everything of a speech. Rejects with `speech_not_found`. */
  remove(id: string): Promise<void>;
  /** The speeches of an owner, complete or not, in the order of the formats. */
  owned(owner: string): Promise<SpeechRecord[]>;
  /** Removes every speech of an owner, if there is one. */
  removeOwned(owner: string): Promise<void>;
  /** Takes up what is due, also what a process that died left behind. Resolves with how many. */
  sweep(): Promise<number>;
  /** Waits for what is under way. */
  settled(): Promise<void>;
  /** Takes nothing more up, and leaves what is under way to other processes after its step. */
  stop(): Promise<void>;
}

export type SpeechServiceDeps = MakerDeps & Omit<RequestSpeechDeps, 'maker'>;

export function createSpeechService(deps: SpeechServiceDeps): SpeechService {
  const { store, objects, clock } = deps;
  const maker = createMaker(deps);

  async function visible(id: string): Promise<SpeechRecord | undefined> {
    const record = await store.get(id);
    return record?.state === 'deleting' ? undefined : record;
  }

  /** False if there is none. */
  async function removeIfThere(id: string): Promise<boolean> {
    for (;;) {
      const there = await visible(id);
      if (!there) return false;
      const now = clock().toISOString();
      // A maker may store something until its lease is over: a sweep looks again then.
      const dueAt = there.dueAt !== undefined && there.dueAt > now ? there.dueAt : now;
      const hidden = changed(there, { set: { state: 'deleting', dueAt }, unset: ['maker', 'reserved'] });
      if (!(await store.put(hidden, there.version))) continue;
      await giveBackOfRemoved(there, deps);
      await objects.removeAll(hidden);
      if (dueAt === now) await store.delete(id, hidden.version);
      return true;
    }
  }

  return {
    request: createRequestSpeech({ ...deps, maker }),

    async get(id) {
      const record = await visible(id);
      if (!record || record.owner !== undefined) throw new AppError('speech_not_found');
      return record;
    },

    open: objects.open,

    async remove(id) {
      const record = await visible(id);
      if (!record || record.owner !== undefined || !(await removeIfThere(id))) {
        throw new AppError('speech_not_found');
      }
    },

    async owned(owner) {
      const found = await Promise.all(speechFormats.map((format) => visible(ownedSpeechId(owner, format))));
      return found.filter((record) => record !== undefined);
    },

    async removeOwned(owner) {
      for (const format of speechFormats) await removeIfThere(ownedSpeechId(owner, format));
    },

    sweep: maker.sweep,
    settled: maker.settled,
    stop: maker.stop,
  };
}
