/**
 * Asks at most once in so many milliseconds: callers that come meanwhile share the answer, also while it is on its
 * way. A failure is not kept.
 */
export function keepFor<T>(milliseconds: number, clock: () => Date, ask: () => Promise<T>): () => Promise<T> {
  let kept: { answer: Promise<T>; until: number } | undefined;
  return () => {
    const now = clock().getTime();
    if (kept && now < kept.until) return kept.answer;
    const entry = { answer: ask(), until: now + milliseconds };
    kept = entry;
    entry.answer.catch(() => {
      if (kept === entry) kept = undefined;
    });
    return entry.answer;
  };
}
