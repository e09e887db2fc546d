import { randomBytes } from 'node:crypto';

/** The start of an MP4 file: its first box names the brand (ISO/IEC 14496-12 section 4.3). */
const mp4Start = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1');
const block = Buffer.concat([mp4Start, randomBytes(1024 ** 2 - mp4Start.length)]);

/**
 * A file of `size` bytes, a multiple of 1 MiB, the same each time within this process. Every block carries
 * its number, so that no two are alike and a block in the wrong place shows.
 */
export async function* largeFile(size: number): AsyncGenerator<Buffer> {
  for (let index = 0; index < size / block.length; index++) {
    const numbered = Buffer.from(block);
    numbered.writeUInt32BE(index, mp4Start.length);
    yield numbered;
  }
}
