import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

export interface TempFolder {
  folder: string;
  remove(): Promise<void>;
}

/** A new, empty folder, and how to be rid of it. */
export async function tempFolder(): Promise<TempFolder> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'inlet-test-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
