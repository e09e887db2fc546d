import { crc32 } from 'node:zlib';
import { AppError } from '../../app-error.ts';

/** The CRC32 of the bytes as S3 wants it: four bytes, big-endian, in base64. */
export function checksumOf(bytes: Uint8Array): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum.toString('base64');
}

/** The checksum that S3 gives an object of parts: the CRC32 over those of the parts, and their number. */
export function compositeChecksumOf(checksums: string[]): string {
  const joined = Buffer.concat(checksums.map((checksum) => Buffer.from(checksum, 'base64')));
  return `${checksumOf(joined)}-${checksums.length}`;
}

/** Compares what the store says it has with what was sent; a store that says nothing has verified it. */
export function assertSameChecksum(answered: string | undefined, sent: string): void {
  if (answered === undefined || answered === sent) return;
  const cause = new Error(`the store has CRC32 ${answered}, sent was ${sent}`);
  throw new AppError('store_unavailable', undefined, { cause });
}
