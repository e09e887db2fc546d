import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createDiskObjectStore } from '../../src/platform/local/disk-object-store.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { objectStoreSuite } from './object-store-suite.ts';

objectStoreSuite('disk', async () => {
  const { folder, remove } = await tempFolder();
  return {
    objectStore: await createDiskObjectStore({ folder, clock: () => new Date() }),
    async contents() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => path.join(parentPath, name));
    },
    close: remove,
  };
});
