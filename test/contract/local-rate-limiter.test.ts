import path from 'node:path';
import { openDatabase } from '../../src/platform/local/sqlite-database.ts';
import { createSqliteRateLimiter } from '../../src/platform/local/sqlite-rate-limiter.ts';
import { limitsMigrations } from '../../src/platform/local/sqlite-schema.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { rateLimiterSuite } from './rate-limiter-suite.ts';

rateLimiterSuite('SQLite', async () => {
  const { folder, remove } = await tempFolder();
  const file = path.join(folder, 'limits.db');
  const open = () => openDatabase(file, { migrations: limitsMigrations });
  const [here, there] = [open(), open()];
  const log = { warn() {} };
  const closeAll = async () => {
    here.close();
    there.close();
  };
  return {
    rateLimiter: (rule) => createSqliteRateLimiter(rule, { database: here, log }),
    neighbour: (rule) => createSqliteRateLimiter(rule, { database: there, log }),
    breakStore: closeAll,
    async close() {
      await closeAll();
      await remove();
    },
  };
});
