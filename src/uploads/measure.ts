import { createHash } from 'node:crypto';
import { AppError } from '../app-error.ts';

export interface Measured {
  /** The same bytes, counted and hashed on their way. */
  bytes: AsyncIterable<Uint8Array>;
  /** Bytes so far. */
  size(): number;
  /** Lower-case hexadecimal. Call it once, after the last byte. */
  sha256(): string;
}

/** Counts and hashes a file while it streams. Throws `too_large` at the first byte over `maxBytes`. */
export function measure(source: AsyncIterable<Uint8Array>, maxBytes: number): Measured {
  const hash = createHash('sha256');
  let size = 0;
  async function* counted() {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maxBytes) throw new AppError('too_large', `A file may have at most ${maxBytes} bytes.`);
      hash.update(chunk);
      yield chunk;
    }
  }
  return { bytes: counted(), size: () => size, sha256: () => hash.digest('hex') };
}
