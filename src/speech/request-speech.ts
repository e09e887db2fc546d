import { AppError } from '../app-error.ts';
import { problems } from '../errors.ts';
import { secondsLeftInMonth } from '../ledger/counters.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { type ChosenVoice, chooseVoice, type WantedVoice } from './choose-voice.ts';
import { changed, type SpeechChange } from './lease.ts';
import { isUnfinished } from './make-step.ts';
import type { Maker } from './maker.ts';
import { splitText } from './sentences.ts';
import { giveBackOfRemoved, type SpeechBudget } from './speech-budget.ts';
import { fingerprintOf, ownedSpeechId, sharedSpeechId } from './speech-id.ts';
import type { SpeechObjects, SpeechText } from './speech-objects.ts';
import type { SpeechRecord } from './speech-record.ts';
import type { SpeechStore } from './speech-store.ts';
import type { SpeechInput, SpeechSynthesizer } from './speech-synthesizer.ts';
import { billedCharacters, checkSsml } from './ssml.ts';
import type { WaitForSpeech } from './wait-for-speech.ts';

export interface SpeechRequest {
  input: SpeechInput;
  wanted: WantedVoice;
  captions: boolean;
  /** Whose it is: see `speech-id.ts`. */
  owner?: string;
  /** Where a member of the request stands, for problems. */
  pointer(member: 'text' | 'ssml' | 'captions' | keyof WantedVoice): string;
  signal: AbortSignal;
}

export interface RequestedSpeech {
  record: SpeechRecord;
  /** It was there before; it was made now; it is still being made. */
  outcome: 'there' | 'made' | 'making';
}

/**
 * Has a speech made unless it is there, and waits for it for a while. Of any number of equal requests, over any number
 * of instances, one makes it; the others wait for its record. Rejects with `validation_failed`, `speech_unavailable`,
 * `speech_budget_spent`, `speech_failed` or `store_unavailable`.
 */
export type RequestSpeech = (request: SpeechRequest) => Promise<RequestedSpeech>;

export interface RequestSpeechDeps {
  store: SpeechStore;
  objects: SpeechObjects;
  synthesizer: SpeechSynthesizer;
  budget: SpeechBudget;
  maker: Maker;
  wait: WaitForSpeech;
  metrics: Pick<Metrics, 'speech'>;
  clock: () => Date;
  randomId: () => string;
}

export function createRequestSpeech(deps: RequestSpeechDeps): RequestSpeech {
  const { store, objects, synthesizer, budget, maker, metrics, clock } = deps;

  function cutUp(request: SpeechRequest, { engine, language }: ChosenVoice): SpeechText {
    const { kind, content } = request.input;
    const most = synthesizer.mostCharacters;
    const refuse = (detail: string, member: 'captions' | typeof kind = kind) =>
      new AppError('validation_failed', undefined, {
        errors: [{ pointer: request.pointer(member), detail }],
      });
    if (request.captions && synthesizer.withoutMarks.includes(engine)) {
      throw refuse(
        `The engine ${engine} makes none. Choose another engine, or a voice that has one.`,
        'captions',
      );
    }
    if (kind === 'ssml') {
      const { characters } = checkSsml(content, engine);
      if (characters === 0) throw refuse('There is nothing to say in it.');
      if (characters > most) throw refuse(`At most ${most} characters beside the tags are taken.`);
      return { kind, pieces: [{ content, characters }] };
    }
    const pieces = splitText(content, language, most)
      // There is nothing to hear in blanks, and an engine may refuse them.
      .filter((piece) => piece.trim() !== '')
      .map((piece) => ({ content: piece, characters: billedCharacters(piece) }));
    if (pieces.length === 0) throw refuse('There is nothing to say in it.');
    return { kind, pieces };
  }

  function spent(): AppError {
    return new AppError('speech_budget_spent', undefined, { retryAfter: secondsLeftInMonth(clock()) });
  }

  function toRecord(request: SpeechRequest, chosen: ChosenVoice, text: SpeechText): SpeechRecord {
    const { owner, input, captions } = request;
    const fingerprint = fingerprintOf({ ...input, ...chosen });
    return {
      id: owner === undefined ? sharedSpeechId(fingerprint) : ownedSpeechId(owner, chosen.format),
      ...(owner !== undefined && { owner }),
      fingerprint,
      state: 'making',
      createdAt: clock().toISOString(),
      kind: input.kind,
      ...chosen,
      characters: text.pieces.reduce((sum, { characters }) => sum + characters, 0),
      pieces: { total: text.pieces.length, done: [] },
      ...(captions && { captions: 'wanted' }),
      marks: 0,
      tries: 0,
      place: deps.randomId(),
      version: 1,
      ...maker.lease(),
    };
  }

  /** What must change in a record that is there, for this request. Undefined if nothing must. */
  function changeFor(there: SpeechRecord, captions: boolean): SpeechChange | undefined {
    const asked = captions && there.captions === undefined ? ({ captions: 'wanted' } as const) : {};
    if (there.state === 'failed') {
      return { set: { ...asked, ...maker.lease(), state: 'making', tries: 0 }, unset: ['failure'] };
    }
    if (!captions || there.captions !== undefined) return undefined;
    // Whoever is at it makes the captions too.
    const lease = there.dueAt === undefined ? { ...maker.lease(), tries: 0 } : {};
    return { set: { ...asked, ...lease }, unset: ['failure'] };
  }

  /** Sees to it that somebody makes it. False if the record changed meanwhile, and must be looked at again. */
  async function begin(fresh: SpeechRecord, text: SpeechText, captions: boolean): Promise<boolean | 'there'> {
    const there = await store.get(fresh.id);
    if (there?.state === 'deleting' || (there && there.fingerprint !== fresh.fingerprint)) {
      await objects.removeAll(there);
      if (await store.delete(there.id, there.version)) await giveBackOfRemoved(there, deps);
      return false;
    }
    const change = there && changeFor(there, captions);
    if (there && !change) return isUnfinished(there) ? true : 'there';
    if (await budget.isShortOf(missing(there, fresh, captions))) {
      // Unless it is short because somebody else makes this very speech.
      if ((await store.get(fresh.id))?.version !== there?.version) return false;
      throw spent();
    }
    const next = there && change ? changed(there, change) : fresh;
    const entered = there ? await store.put(next, there.version) : await store.create(next);
    // A client of the store that got no answer puts again, and then finds its own record.
    const takesUp = next.maker !== there?.maker;
    if (!entered && !(takesUp && (await store.get(next.id))?.maker === next.maker)) return false;
    if (takesUp) maker.make(next, text);
    else await objects.putText(next, text);
    return true;
  }

  async function beginAtLast(fresh: SpeechRecord, text: SpeechText, captions: boolean) {
    for (;;) {
      const begun = await begin({ ...fresh, ...maker.lease() }, text, captions);
      if (begun) return begun;
    }
  }

  return async (request) => {
    const { captions } = request;
    try {
      const chosen = await chooseVoice(request.wanted, synthesizer, request.pointer);
      const text = cutUp(request, chosen);
      const fresh = toRecord(request, chosen, text);
      // Again if the process that was at it died before the text was kept: this one has it.
      for (let tries = 1; ; tries++) {
        const begun = await beginAtLast(fresh, text, captions);
        const record = await deps.wait(fresh.id, isSettledFor(captions), request.signal);
        if (!record || record.state === 'deleting') throw new AppError('speech_not_found');
        if (!isSettledFor(captions)(record)) {
          metrics.speech('made');
          return { record, outcome: 'making' };
        }
        if (record.state === 'complete' && (!captions || record.captions === 'done')) {
          metrics.speech(begun === 'there' ? 'reused' : 'made');
          return { record, outcome: begun === 'there' ? 'there' : 'made' };
        }
        const { code = 'speech_failed', detail } = record.failure ?? {};
        if (code === 'speech_budget_spent') throw spent();
        if (code !== 'store_unavailable' || tries === 2) throw new AppError(code, detail);
      }
    } catch (error) {
      if (error instanceof AppError && error.code === 'speech_budget_spent') metrics.speech('budget');
      else if (error instanceof AppError && error.code === 'speech_failed') metrics.speech('failed');
      throw withRemedy(error);
    }
  };
}

/** Whoever runs the service is told what to install. */
function withRemedy(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'speech_unavailable' || error.detail) return error;
  return new AppError(error.code, problems.speech_unavailable.remedy, { cause: error });
}

/** Whether nothing more will come of what is being made, for a request with or without captions. */
function isSettledFor(captions: boolean): (record: SpeechRecord) => boolean {
  return ({ state, captions: made }) =>
    state === 'complete' ? !(captions && made === 'wanted') : state !== 'making';
}

/** Characters that are not set aside or made yet. */
function missing(there: SpeechRecord | undefined, { characters }: SpeechRecord, captions: boolean): number {
  if (!there || there.state === 'failed') return there ? 0 : characters * (captions ? 2 : 1);
  return characters;
}
