import type { SpeechRecord } from './speech-record.ts';
import type { SpeechStore } from './speech-store.ts';

/** A change to a record: what is set, and what is taken away. */
export interface SpeechChange {
  set?: Partial<SpeechRecord>;
  unset?: readonly ('captions' | 'failure' | 'reserved' | 'dueAt' | 'maker')[];
}

/** The record after a change. */
export function changed(record: SpeechRecord, { set, unset = [] }: SpeechChange): SpeechRecord {
  const next = { ...record, ...set, version: record.version + 1 };
  for (const member of unset) delete next[member];
  return next;
}

/**
 * Changes a record for the maker that holds its lease; `change` is asked again if somebody else, such as a request for
 * captions, has changed the record meanwhile. Resolves with the record as it is then, or with undefined if the lease is
 * lost: another maker has taken over, or the speech is being deleted.
 */
export async function changeHeld(
  store: SpeechStore,
  held: SpeechRecord,
  change: (record: SpeechRecord) => SpeechChange,
): Promise<SpeechRecord | undefined> {
  for (let seen = held; ; ) {
    const next = changed(seen, change(seen));
    if (await store.put(next, seen.version)) return next;
    const there = await store.get(held.id);
    if (there?.place !== held.place || there.maker !== held.maker) return undefined;
    seen = there;
  }
}
