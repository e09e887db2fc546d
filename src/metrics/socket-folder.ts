import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';

/** What a folder may have so that a name of up to 20 bytes still fits: Linux takes 107 bytes, macOS 103. */
const longestFolder = 80;

/**
 * The folder to put Unix sockets into on behalf of `folder`: itself, or where its path is too long for the
 * address of a socket (unix(7): `sun_path`), a short one in the temporary folder that is named by its hash.
 * Whoever listens and whoever connects ask here, so both find the same place.
 */
export function socketFolder(folder: string, temporary: string = os.tmpdir()): string {
  if (Buffer.byteLength(folder) <= longestFolder) return folder;
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  return path.join(temporary, `inlet-${hash}`);
}

/** Where the collector listens for the workers of the given run folder. */
export function metricsSocket(runFolder: string): string {
  return path.join(socketFolder(runFolder), 'metrics.sock');
}
