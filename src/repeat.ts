interface RepeatOptions {
  everyMs: number;
  run: () => Promise<unknown>;
  failed: (error: unknown) => void;
  /** From 0 to 1: spreads the runs of several processes. */
  random: () => number;
}

/**
 * Runs something again and again, with up to a fifth of the interval added at random, never twice at once.
 * Does not keep the process alive. Returns a function that stops it and resolves when no run is under way.
 */
export function repeat({ everyMs, run, failed, random }: RepeatOptions): () => Promise<void> {
  let timer: NodeJS.Timeout;
  let running: Promise<unknown> = Promise.resolve();
  let stopped = false;
  const schedule = () => {
    if (stopped) return;
    timer = setTimeout(
      () => {
        running = run().catch(failed).finally(schedule);
      },
      everyMs * (1 + random() / 5),
    );
    timer.unref();
  };
  schedule();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
