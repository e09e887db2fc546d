/**
 * The chunks of `source` until the signal: then it throws the signal's reason at once, even while the source
 * hangs. The source hears that nobody reads on, but is not waited for.
 */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const result = await nextUnlessAborted(iterator, signal);
      ended = result.done === true;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    // A source that already failed or was left ignores this; one that fails in its clean-up has no listener.
    if (!ended) iterator.return?.().catch(() => {});
  }
}

/** Listens anew for each chunk, so that a long transfer does not pile up listeners. */
function nextUnlessAborted<T>(iterator: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
