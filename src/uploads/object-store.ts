import type { Readable } from 'node:stream';

/** Both ends inclusive, counted from 0, as in RFC 9110 section 14.1.2. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface PutOptions {
  contentType: string;
  /** Bytes that the file has at most, as declared: lets a store reserve less memory for a small file. */
  expectedBytes?: number | undefined;
  /** Stops the transfer: `put` rejects with its reason, after whatever was stored by then is removed. */
  signal: AbortSignal;
  /** Leaves an object that is there already as it is. */
  ifAbsent?: boolean;
}

/**
 * Where the bytes of uploads live. Uploads own this port; the platforms implement it, and
 * `test/contract/object-store-suite.ts` says what each of them must do.
 *
 * A store that cannot be reached rejects with `store_unavailable`; one that is out of room for another
 * transfer rejects with `busy`. An error thrown by `source` comes out of `put` unchanged.
 */
export interface ObjectStore {
  /**
   * Streams `source` into `key`. Resolves once the bytes are durable and the store has confirmed their
   * checksum: with true, or with false if the object was there already and `ifAbsent` is set. When it rejects,
   * nothing is left under `key`: no object, no part, no temporary file. With `ifAbsent` the object may be there all
   * the same, because nobody can tell whose it is. Never holds a whole file in memory.
   */
  put(key: string, source: AsyncIterable<Uint8Array>, options: PutOptions): Promise<boolean>;

  /** Opens the object, or the given part of it. Rejects with `upload_not_found` if there is none. */
  get(key: string, range?: ByteRange): Promise<Readable>;

  /** Removes the object. Removing one that is not there succeeds. */
  delete(key: string): Promise<void>;

  /** Resolves if the store answers and may be used; rejects with the reason otherwise. */
  check(): Promise<void>;
}
