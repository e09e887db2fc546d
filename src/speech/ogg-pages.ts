const headBytes = 27;
const beginsStream = 2;
const endsStream = 4;
/** Identification, comments and setup: Vorbis I specification, section 4.2. */
const headerPackets = 3;
/** The position of a page on which no packet ends. */
const noPosition = 0xff_ff_ff_ff_ff_ff_ff_ffn;

/** Remainders of every byte for the CRC-32 of Ogg: polynomial 04c11db7, from the highest bit, not inverted. */
function remainders(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte << 24;
    for (let bit = 0; bit < 8; bit += 1) remainder = (remainder << 1) ^ (remainder < 0 ? 0x04_c1_1d_b7 : 0);
    return remainder >>> 0;
  });
}

function checksum(page: Buffer, table: Uint32Array): number {
  let crc = 0;
  for (const byte of page) crc = (crc << 8) ^ (table[(crc >>> 24) ^ byte] ?? 0);
  return crc >>> 0;
}

/** The pages of a file (RFC 3533, section 6). Throws if it is no Ogg file, or ends within a page. */
function pagesOf(file: Buffer): Buffer[] {
  const pages: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const laces = at + headBytes;
    const body = laces + (file[laces - 1] ?? 0);
    if (file.toString('latin1', at, at + 4) !== 'OggS' || body > file.length) {
      throw new Error('no Ogg page where one should be');
    }
    const end = body + file.subarray(laces, body).reduce((sum, length) => sum + length, 0);
    if (end > file.length) throw new Error('an Ogg file that ends within a page');
    pages.push(file.subarray(at, end));
    at = end;
  }
  return pages;
}

interface Headers {
  packets: Buffer[];
  /** Pages that they take up. Sound begins on a page of its own. */
  pages: number;
}

function headersOf(pages: Buffer[]): Headers {
  const packets: Buffer[] = [];
  let begun: Buffer[] = [];
  for (const [index, page] of pages.entries()) {
    const laces = page.subarray(headBytes, headBytes + (page[headBytes - 1] ?? 0));
    let at = headBytes + laces.length;
    for (const lace of laces) {
      begun.push(page.subarray(at, at + lace));
      at += lace;
      if (lace === 255) continue;
      packets.push(Buffer.concat(begun));
      begun = [];
    }
    if (packets.length >= headerPackets) return { packets, pages: index + 1 };
  }
  throw new Error('an Ogg file without sound');
}

/**
 * Makes one stream of Ogg files with Vorbis that were encoded alike, one after the other: one beginning, one end,
 * pages counted through, and positions that go on. The files could also be chained as they are (RFC 3533, section 4),
 * but many players stop at the end of the first stream, or show its length only. Where one file goes over into the
 * next, a decoder may add some hundredths of a second of its last block.
 *
 * The function that it gives rewrites the next file; it throws if that is no such file, or was encoded otherwise.
 */
export function createOggJoiner(): (file: Buffer, isLast: boolean) => Buffer {
  const table = remainders();
  let first: Headers | undefined;
  let written = 0;
  let samples = 0n;

  return (file, isLast) => {
    const pages = pagesOf(file);
    const headers = headersOf(pages);
    const isAlike = [0, 2].every((packet) => {
      const expected = (first ?? headers).packets[packet];
      return expected !== undefined && headers.packets[packet]?.equals(expected);
    });
    if (!isAlike) throw new Error('an Ogg file that was not encoded like the first');

    const sound = first ? pages.slice(headers.pages) : pages;
    first ??= headers;
    let last = 0n;
    const rewritten = sound.map((original, index) => {
      const page = Buffer.from(original);
      const isFirst = written === 0;
      const isEnd = isLast && index === sound.length - 1;
      const flags = (page[5] ?? 0) & ~(beginsStream | endsStream);
      page[5] = flags | (isFirst ? beginsStream : 0) | (isEnd ? endsStream : 0);
      const position = page.readBigUInt64LE(6);
      if (position !== noPosition) {
        page.writeBigUInt64LE(samples + position, 6);
        last = position;
      }
      page.writeUInt32LE(1, 14);
      page.writeUInt32LE(written, 18);
      page.writeUInt32LE(0, 22);
      page.writeUInt32LE(checksum(page, table), 22);
      written += 1;
      return page;
    });
    samples += last;
    return Buffer.concat(rewritten);
  };
}
