import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Large enough for the image and some logs. The file is sparse. */
const size = '4G';

/**
 * Makes a disk image, without partitions, of a folder that holds the root of a system. Whoever calls this must be
 * allowed to read every file in it; owners and modes go over as they are.
 */
export async function makeDisk(root: string, file: string): Promise<void> {
  await promisify(execFile)('mkfs.ext4', ['-q', '-F', '-L', 'inlet-root', '-d', root, file, size]);
}
