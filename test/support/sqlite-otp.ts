import path from 'node:path';
import { createSqliteClaims } from '../../src/platform/local/sqlite-claims.ts';
import { openDatabase } from '../../src/platform/local/sqlite-database.ts';
import { createSqliteOtpStore } from '../../src/platform/local/sqlite-otp-store.ts';
import { mainMigrations } from '../../src/platform/local/sqlite-schema.ts';
import { otpBench } from './otp-bench.ts';
import { tempFolder } from './temp-folder.ts';

/** A new, empty SQLite store, and benches of the service of codes over it. */
export async function openSqliteOtp() {
  const { folder, remove } = await tempFolder();
  const database = openDatabase(path.join(folder, 'inlet.db'), { migrations: mainMigrations });
  return {
    bench: (options: Partial<Parameters<typeof otpBench>[0]> = {}) =>
      otpBench({
        store: createSqliteOtpStore(database),
        claims: createSqliteClaims(database, () => new Date()),
        ...options,
      }),
    async close() {
      database.close();
      await remove();
    },
  };
}
