import { createHash } from 'node:crypto';
import type { Metrics } from '../metrics/metrics.ts';
import { contentTypes, joinAudio, millisecondsOf } from './audio.ts';
import { toWebVtt } from './captions.ts';
import type { SpeechChange } from './lease.ts';
import type { SpeechBudget } from './speech-budget.ts';
import type { SpeechObjects, SpeechText } from './speech-objects.ts';
import type { SpeechFailure, SpeechRecord } from './speech-record.ts';
import type { SpeechPiece, SpeechSynthesizer } from './speech-synthesizer.ts';

/** What one run of a maker knows beside the record. */
export interface MakingRun {
  text?: SpeechText | undefined;
  /** Whether the text is in the store, for whoever takes over. */
  textIsKept: boolean;
  /** Audio that is billed but not yet stored, by piece. */
  unsaved: Map<number, Buffer>;
}

/** What a step came to. It is entered into the record under the lease, and may be asked for again then. */
export type StepResult = (record: SpeechRecord) => SpeechChange;

export interface MakeStepDeps {
  synthesizer: SpeechSynthesizer;
  objects: SpeechObjects;
  budget: SpeechBudget;
  metrics: Pick<Metrics, 'speechCharacters'>;
  /** How long one call of the engine may take. */
  longestCallMs: number;
}

/** Whether there is still audio or captions to make. */
export function isUnfinished({ state, captions }: SpeechRecord): boolean {
  return state === 'making' || (state === 'complete' && captions === 'wanted');
}

/**
 * Gives up: what is complete stays so, without captions. What was set aside is to be given back once this is entered.
 */
export function giveUp({ state }: SpeechRecord, failure: SpeechFailure): SpeechChange {
  return state === 'making'
    ? { set: { state: 'failed', failure }, unset: ['reserved'] }
    : { set: { failure }, unset: ['reserved', 'captions'] };
}

/**
 * Does one step of what is left to make: sets the characters aside, makes one piece or its marks, or puts the pieces
 * together. A step may be repeated by another maker at any point; only a piece that the engine has made and that was
 * not stored is then made again.
 */
export function createMakeStep(deps: MakeStepDeps) {
  const { synthesizer, objects, budget, metrics, longestCallMs } = deps;

  const callSignal = () => AbortSignal.timeout(longestCallMs);

  function pieceOf(record: SpeechRecord, text: SpeechText, index: number): SpeechPiece {
    const { kind, voice, engine, language, format } = record;
    return { kind, voice, engine, language, format, content: text.pieces[index]?.content ?? '' };
  }

  async function makePiece(record: SpeechRecord, text: SpeechText, run: MakingRun): Promise<StepResult> {
    const index = record.pieces.done.length;
    const { characters = 0 } = text.pieces[index] ?? {};
    let audio = await objects.piece(record, index);
    if (!audio) {
      audio = run.unsaved.get(index);
      if (!audio) {
        audio = await synthesizer.synthesize(pieceOf(record, text, index), callSignal());
        metrics.speechCharacters(record.engine, characters);
        run.unsaved.set(index, audio);
      }
      // Of two makers of a piece the first one's is kept.
      if (!(await objects.putPiece(record, index, audio)))
        audio = (await objects.piece(record, index)) ?? audio;
      run.unsaved.delete(index);
    }
    const done = { bytes: audio.length, milliseconds: await millisecondsOf(record.format, audio) };
    const pieces = { ...record.pieces, done: [...record.pieces.done, done] };
    return () => ({ set: { tries: 0, pieces, ...spend(record, characters) } });
  }

  async function join(record: SpeechRecord): Promise<StepResult> {
    const { format, pieces } = record;
    const hash = createHash('sha256');
    let size = 0;
    const joined = joinAudio(format, pieces.done, async (index) => {
      const audio = await objects.piece(record, index);
      if (!audio) throw new Error(`piece ${index} of speech ${record.id} is gone`);
      return audio;
    });
    const measured = (async function* () {
      for await (const chunk of joined) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    })();
    await objects.putAudio(record, measured);
    const milliseconds = pieces.done.reduce((sum, piece) => sum + piece.milliseconds, 0);
    const audio = { size, sha256: hash.digest('hex'), contentType: contentTypes[format], milliseconds };
    return () => ({ set: { state: 'complete', tries: 0, audio } });
  }

  async function makeMarks(record: SpeechRecord, text: SpeechText): Promise<StepResult> {
    const index = record.marks;
    const { characters = 0 } = text.pieces[index] ?? {};
    if (!(await objects.marks(record, index))) {
      const marks = await synthesizer.marks(pieceOf(record, text, index), callSignal());
      metrics.speechCharacters(record.engine, characters);
      await objects.putMarks(record, index, marks);
    }
    return () => ({ set: { tries: 0, marks: index + 1, ...spend(record, characters) } });
  }

  async function caption(record: SpeechRecord): Promise<StepResult> {
    const spoken = [];
    for (const [index, { milliseconds }] of record.pieces.done.entries()) {
      const marks = await objects.marks(record, index);
      if (!marks) throw new Error(`the marks of piece ${index} of speech ${record.id} are gone`);
      spoken.push({ milliseconds, marks });
    }
    await objects.putCaptions(record, toWebVtt(spoken));
    return () => ({ set: { captions: 'done', tries: 0 } });
  }

  return async (record: SpeechRecord, run: MakingRun): Promise<StepResult> => {
    const { state, pieces, captions, marks, reserved } = record;
    run.text ??= await objects.text(record);
    const { text } = run;
    if (!text) {
      // Its process died before the text was kept. Whoever asks again brings it.
      return (current) => giveUp(current, { code: 'store_unavailable' });
    }
    if (!run.textIsKept) {
      await objects.putText(record, text);
      run.textIsKept = true;
    }

    const setAside = reserved?.characters ?? 0;
    const audioLeft = state === 'making' ? sumFrom(text, pieces.done.length) : 0;
    const marksLeft = captions === 'wanted' ? sumFrom(text, marks) : 0;
    const short = audioLeft + marksLeft - setAside;
    if (short > 0) {
      const counter = await budget.reserve(short);
      if (counter !== undefined) {
        return () => ({ set: { reserved: { counter, characters: setAside + short } } });
      }
      const failure = { code: 'speech_budget_spent' } as const;
      // Audio that is paid for already is not given up for its captions.
      if (state === 'making' && audioLeft <= setAside && marksLeft > 0) {
        return () => ({ set: { failure, marks: 0 }, unset: ['captions'] });
      }
      return (current) => giveUp(current, failure);
    }
    if (state === 'making') {
      return pieces.done.length < pieces.total ? makePiece(record, text, run) : join(record);
    }
    return marks < pieces.total ? makeMarks(record, text) : caption(record);
  };
}

/** What is left of what was set aside, after a piece. */
function spend({ reserved }: SpeechRecord, characters: number) {
  return reserved && { reserved: { ...reserved, characters: reserved.characters - characters } };
}

/** Characters of the pieces from the given one on. */
function sumFrom({ pieces }: SpeechText, index: number): number {
  return pieces.slice(index).reduce((sum, { characters }) => sum + characters, 0);
}
