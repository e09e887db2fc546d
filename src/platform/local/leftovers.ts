import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** A process that lives writes its temporary files at least this often: an older one's process has died. */
const leftoverMs = 24 * 60 * 60 * 1000;

/**
 * Removes the temporary files that processes left in a folder when they were killed. `isTemporary` tells them
 * from what stays; without it all files of the folder are temporary.
 */
export async function removeLeftovers(
  folder: string,
  now: Date,
  isTemporary: (name: string) => boolean = () => true,
): Promise<void> {
  for (const name of (await readdir(folder)).filter(isTemporary)) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(ignoreMissing);
    if (found && found.mtimeMs < now.getTime() - leftoverMs) await rm(file, { force: true });
  }
}

/** Another process that starts at the same moment may remove the same file. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
