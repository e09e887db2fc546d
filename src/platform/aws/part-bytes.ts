const MiB = 1024 ** 2;

/** S3's limit on the parts of one upload (Amazon S3 User Guide, multipart upload limits). */
const mostParts = 10_000;

/** The size of parts: the wanted one, or larger, in whole MiB, where the largest file would need too many. */
export function partBytesFor(wanted: number, largestFile: number): number {
  return Math.max(wanted, Math.ceil(largestFile / mostParts / MiB) * MiB);
}
