import { AppError } from '../app-error.ts';
import { createUnderWay } from '../under-way.ts';
import { changed, changeHeld, type SpeechChange } from './lease.ts';
import { createMakeStep, giveUp, isUnfinished, type MakeStepDeps, type MakingRun } from './make-step.ts';
import type { SpeechText } from './speech-objects.ts';
import type { SpeechRecord } from './speech-record.ts';
import type { SpeechStore } from './speech-store.ts';

export interface Maker {
  /** The members of a record that this process takes up now. */
  lease(): { maker: string; dueAt: string };
  /**
   * Makes a speech whose lease this process holds, in the background. `text` is given by whoever has it; without it
   * that of the store is used. Never throws.
   */
  make(record: SpeechRecord, text?: SpeechText): void;
  /** Takes up what is due, also what a process that died left behind. Resolves with how many. */
  sweep(): Promise<number>;
  /** Waits for what is under way. */
  settled(): Promise<void>;
  /** Takes nothing more up, and leaves what is under way to other processes after its step. */
  stop(): Promise<void>;
}

export interface MakerDeps extends MakeStepDeps {
  store: SpeechStore;
  clock: () => Date;
  /** From 0 to 1. */
  random: () => number;
  randomId: () => string;
  sleep: (milliseconds: number) => Promise<unknown>;
  leaseMs: number;
  log: { warn(details: object, message: string): void };
}

/** Failures in a row after which a speech has failed. */
export const mostTries = 5;
/** Bounds the memory and the calls of the engine: what is above it waits for a sweep, here or elsewhere. */
const mostAtOnce = 8;
const firstDelayMs = 500;
/** What another try would not mend. */
const hopeless = new Set(['speech_failed', 'speech_unavailable', 'validation_failed']);

export function createMaker(deps: MakerDeps): Maker {
  const { store, objects, budget, clock, log } = deps;
  const step = createMakeStep(deps);
  const underWay = createUnderWay();
  let stopped = false;
  /** Whether something was left for a sweep because there was too much to do. */
  let othersWait = false;
  const later = (ms: number) => new Date(clock().getTime() + ms).toISOString();
  const lease = () => ({ maker: deps.randomId(), dueAt: later(deps.leaseMs) });

  /** Enters a change together with a lease that begins anew. */
  async function enter(record: SpeechRecord, change: (record: SpeechRecord) => SpeechChange) {
    const entered = await changeHeld(store, record, (current) => {
      const { set, unset = [] } = change(current);
      return { set: { dueAt: later(deps.leaseMs), ...set }, unset };
    });
    if (entered && record.reserved && !entered.reserved) await budget.giveBack(record.reserved);
    return entered;
  }

  /** Removes what is not needed any more, and the record itself if it is to be deleted. */
  async function tidy(record: SpeechRecord): Promise<SpeechRecord | undefined> {
    if (record.state === 'deleting') {
      await objects.removeAll(record);
      await store.delete(record.id, record.version);
      return undefined;
    }
    // The pieces of a failed speech are billed: another try uses them.
    if (record.state === 'failed') await objects.removeText(record);
    else await objects.removeParts(record);
    return changeHeld(store, record, (current) => {
      const set = current.captions === 'done' ? {} : { marks: 0 };
      return isUnfinished(current)
        ? { set: { ...set, dueAt: later(deps.leaseMs) } }
        : { set, unset: ['dueAt', 'maker'] };
    });
  }

  async function afterFailure(record: SpeechRecord, error: unknown): Promise<SpeechRecord | undefined> {
    log.warn({ err: error, speechId: record.id, tries: record.tries + 1 }, 'a step of a speech failed');
    const problem = error instanceof AppError ? error : undefined;
    const tries = record.tries + 1;
    if (isUnfinished(record) && problem && hopeless.has(problem.code)) {
      const { code, detail } = problem;
      return enter(record, (current) => giveUp(current, { code, ...(detail !== undefined && { detail }) }));
    }
    if (isUnfinished(record) && tries >= mostTries) return enter(record, tooOften);
    const delay = Math.round(
      firstDelayMs * 2 ** (Math.min(tries, mostTries) - 1) * (0.5 + deps.random() / 2),
    );
    const resting = await enter(record, () => ({ set: { tries, dueAt: later(delay) } }));
    if (!resting || !isUnfinished(record)) return undefined;
    await deps.sleep(delay);
    // Another process may have taken it up meanwhile.
    return enter(resting, () => ({}));
  }

  const tooOften = (record: SpeechRecord) =>
    giveUp(record, { code: 'speech_failed', detail: 'The speech engine or the store failed too often.' });

  async function work(record: SpeechRecord, run: MakingRun, crowded: boolean): Promise<void> {
    let current: SpeechRecord | undefined = record;
    if (isUnfinished(record) && record.tries > mostTries) current = await enter(record, tooOften);
    while (current?.dueAt !== undefined) {
      const before: SpeechRecord = current;
      if (stopped || crowded) return leave(before, run);
      try {
        current = isUnfinished(before) ? await enter(before, await step(before, run)) : await tidy(before);
        // Whoever asks for captions after the text was removed brings it again; this run still has it.
        if (current && !isUnfinished(before)) run.textIsKept = false;
      } catch (error) {
        current = await afterFailure(before, error);
      }
    }
    if (!current) await removeRemains(record);
  }

  /** Lets another process go on at once. */
  async function leave(record: SpeechRecord, { text, textIsKept }: MakingRun): Promise<void> {
    if (text && !textIsKept && isUnfinished(record)) await objects.putText(record, text);
    await changeHeld(store, record, () => ({ set: { dueAt: clock().toISOString() }, unset: ['maker'] }));
  }

  /** A maker that lost its lease because the speech was deleted may have stored something after that. */
  async function removeRemains(record: SpeechRecord): Promise<void> {
    const there = await store.get(record.id);
    if (there?.place !== record.place) await objects.removeAll(record);
  }

  /** The record under a new lease of this process, unless it has changed since it was read. */
  async function claim(record: SpeechRecord): Promise<SpeechRecord | undefined> {
    const claimed = changed(record, { set: { ...lease(), tries: record.tries + 1 } });
    if (await store.put(claimed, record.version)) return claimed;
    // A client of the store that got no answer puts again, and then finds its own record.
    const there = await store.get(record.id);
    return there?.maker === claimed.maker ? there : undefined;
  }

  function make(record: SpeechRecord, text?: SpeechText): void {
    const run = { text, textIsKept: text === undefined, unsaved: new Map() };
    const crowded = underWay.count() >= mostAtOnce;
    othersWait ||= crowded;
    // What cannot be entered stays due in the store, and is taken up again when its lease is over.
    const failed = (error: unknown) =>
      log.warn({ err: error, speechId: record.id }, 'a speech is left until its lease is over');
    void underWay
      .add(work(record, run, crowded).catch(failed))
      .then(async () => {
        if (othersWait && underWay.count() < mostAtOnce) await sweep();
      })
      .catch(failed);
  }

  async function sweep(): Promise<number> {
    const room = stopped ? 0 : mostAtOnce - underWay.count();
    if (room <= 0) return 0;
    const due = await store.due(clock().toISOString(), room);
    othersWait = due.length === room;
    let taken = 0;
    for (const record of due) {
      const claimed = await claim(record);
      if (claimed) make(claimed);
      if (claimed) taken += 1;
    }
    return taken;
  }

  return {
    lease,
    make,
    sweep,
    settled: underWay.settled,

    async stop() {
      stopped = true;
      await underWay.settled();
    },
  };
}
