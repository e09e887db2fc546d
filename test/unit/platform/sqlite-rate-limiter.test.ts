import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { clearExpiredLimits } from '../../../src/platform/local/expired-limits.ts';
import { openDatabase } from '../../../src/platform/local/sqlite-database.ts';
import { createSqliteRateLimiter } from '../../../src/platform/local/sqlite-rate-limiter.ts';
import { limitsMigrations } from '../../../src/platform/local/sqlite-schema.ts';
import { tempFolder } from '../../support/temp-folder.ts';

it('a rate limiter warns once, not for each request, when its database fails', async (t) => {
  const { folder, remove } = await tempFolder();
  t.after(remove);
  const database = openDatabase(path.join(folder, 'limits.db'), { migrations: limitsMigrations });
  const warnings: string[] = [];
  const log = { warn: (_obj: object, msg: string) => warnings.push(msg) };
  const limiter = createSqliteRateLimiter({ name: 'a', points: 10, seconds: 60 }, { database, log });
  await limiter.consume('192.0.2.1');
  assert.deepEqual(warnings, []);
  database.close();
  for (let i = 0; i < 3; i++) await limiter.consume('192.0.2.1');
  assert.deepEqual(warnings, ['rate limit counts in memory']);
});

it('counts whose window is over are removed every five minutes, and a failure is only logged', async (t) => {
  const { folder, remove } = await tempFolder();
  t.after(remove);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const database = openDatabase(path.join(folder, 'limits.db'), { migrations: limitsMigrations });
  const warnings: string[] = [];
  const log = { warn: (_obj: object, msg: string) => warnings.push(msg) };
  const now = new Date('2026-03-01T12:00:00.000Z');
  const stop = clearExpiredLimits({ database, clock: () => now, log });
  const insert = database.prepare('INSERT INTO limits (key, points, expire) VALUES (?, 1, ?)');
  insert.run('over', now.getTime() - 1);
  insert.run('running', now.getTime() + 1);

  t.mock.timers.tick(5 * 60 * 1000);
  assert.deepEqual(
    database
      .prepare('SELECT key FROM limits')
      .all()
      .map(({ key }) => key),
    ['running'],
  );
  database.close();
  t.mock.timers.tick(5 * 60 * 1000);
  assert.equal(warnings.length, 1);
  stop();
  t.mock.timers.tick(60 * 60 * 1000);
  assert.equal(warnings.length, 1);
});
