export interface Peeked {
  /** The first bytes: as many as were asked for, fewer only if there are no more. */
  head: Buffer;
  /** The whole stream, the first bytes included. */
  whole: AsyncIterable<Uint8Array>;
}

/** Looks at the first bytes of a stream before anything is done with it. */
export async function peek(source: AsyncIterable<Uint8Array>, bytes: number): Promise<Peeked> {
  const rest = source[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let held = 0;
  let over = false;
  while (held < bytes && !over) {
    const { done, value } = await rest.next();
    if (done) over = true;
    else {
      chunks.push(value);
      held += value.length;
    }
  }
  async function* whole() {
    yield* chunks;
    if (!over) yield* { [Symbol.asyncIterator]: () => rest };
  }
  return { head: Buffer.concat(chunks).subarray(0, bytes), whole: whole() };
}
