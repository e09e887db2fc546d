/** A piece of the source, in memory that the reader uses again from the next but one call of `next` on. */
export interface Part {
  bytes: Buffer;
  /** Whether the source ends with it. */
  last: boolean;
}

export interface PartReaderOptions {
  /** Size of every part but the last, in bytes. */
  partBytes: number;
  /** The size of the source if it is known: a smaller source then gets no more memory than it needs. */
  expectedBytes?: number | undefined;
  /** Ends a `next` that waits for the source, with the signal's reason. */
  signal: AbortSignal;
  /** Called before more memory than for `expectedBytes` is used, because the source brings more. */
  onUnderestimate(): Promise<void>;
}

export interface PartReader {
  /** The next part. Not to be called again after the last. */
  next(): Promise<Part>;
  /** Tells the source that no more is wanted, without waiting for it. */
  close(): void;
}

/**
 * Cuts a source into parts. Copies into two slabs in turn, so that one part can be sent while the next fills,
 * and so that the source may use its chunks again. The slabs are `allocUnsafeSlow`: a slice of a pooled Buffer
 * would keep the whole pool alive.
 */
export function createPartReader(source: AsyncIterable<Uint8Array>, options: PartReaderOptions): PartReader {
  const { partBytes, expectedBytes = partBytes, signal } = options;
  const iterator = source[Symbol.asyncIterator]();
  let filling: Buffer = Buffer.allocUnsafeSlow(Math.min(partBytes, expectedBytes));
  let sent: Buffer | undefined;
  let chunk: Uint8Array = Buffer.alloc(0);
  let ended = false;

  /** Makes sure that there is something in `chunk`, unless the source has ended. */
  async function pull(): Promise<void> {
    while (chunk.length === 0 && !ended) {
      const result = await untilAborted(iterator.next(), signal);
      if (result.done) ended = true;
      else chunk = result.value;
    }
  }

  async function enlarge(): Promise<void> {
    await options.onUnderestimate();
    const slab = Buffer.allocUnsafeSlow(partBytes);
    filling.copy(slab);
    filling = slab;
  }

  return {
    async next() {
      let used = 0;
      // Looks one chunk ahead, so that a source that ends exactly here makes this part the last.
      for (await pull(); !ended; await pull()) {
        if (used === partBytes) break;
        if (used === filling.length) await enlarge();
        const taken = Math.min(chunk.length, filling.length - used);
        filling.set(chunk.subarray(0, taken), used);
        chunk = chunk.subarray(taken);
        used += taken;
      }
      const bytes = filling.subarray(0, used);
      if (!ended) [sent, filling] = [filling, sent ?? Buffer.allocUnsafeSlow(partBytes)];
      return { bytes, last: ended };
    },

    close() {
      void Promise.resolve(iterator.return?.()).catch(() => {});
    },
  };
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
