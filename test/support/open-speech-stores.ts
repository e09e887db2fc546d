import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createDiskObjectStore } from '../../src/platform/local/disk-object-store.ts';
import { createSqliteCounters } from '../../src/platform/local/sqlite-counters.ts';
import { openDatabase } from '../../src/platform/local/sqlite-database.ts';
import { mainMigrations } from '../../src/platform/local/sqlite-schema.ts';
import { createSqliteSpeechStore } from '../../src/platform/local/sqlite-speech-store.ts';
import { tempFolder } from './temp-folder.ts';

/** What speech needs of the local platform, opened twice over one new data folder, as two processes do. */
export async function openSpeechStores() {
  const { folder, remove } = await tempFolder();
  async function openOnce() {
    const database = openDatabase(path.join(folder, 'inlet.db'), { migrations: mainMigrations });
    return {
      speechStore: createSqliteSpeechStore(database),
      counters: createSqliteCounters(database),
      objectStore: await createDiskObjectStore({ folder, clock: () => new Date() }),
      close: database.close,
    };
  }
  const [here, there] = [await openOnce(), await openOnce()];
  return {
    here,
    there,
    async contents() {
      const entries = await readdir(path.join(folder, 'objects'), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    },
    async close() {
      here.close();
      there.close();
      await remove();
    },
  };
}
