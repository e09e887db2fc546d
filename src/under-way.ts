/** Work that is under way, so that somebody can wait for it before closing what it uses. */
export interface UnderWay {
  add<T>(work: Promise<T>): Promise<T>;
  count(): number;
  /** Resolves when there is none, however each of them ended. */
  settled(): Promise<void>;
}

export function createUnderWay(): UnderWay {
  const running = new Set<Promise<unknown>>();
  return {
    add(work) {
      running.add(work);
      const done = () => running.delete(work);
      work.then(done, done);
      return work;
    },
    count: () => running.size,
    async settled() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
