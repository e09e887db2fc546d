import type { Database } from './sqlite-database.ts';

interface ExpiredLimitsDeps {
  database: Database;
  clock: () => Date;
  log: { warn(obj: object, msg: string): void };
}

const everyMilliseconds = 5 * 60 * 1000;

/**
 * Removes counts whose window is over every five minutes, without keeping the process alive, until the
 * function that it returns is called. The library's own timer (`clearExpiredByTimeout`) is not used: when
 * the database is busy or closed it ends the process with an unhandled rejection.
 */
export function clearExpiredLimits({ database, clock, log }: ExpiredLimitsDeps): () => void {
  const remove = database.prepare('DELETE FROM limits WHERE expire < ?');
  const timer = setInterval(() => {
    try {
      remove.run(clock().getTime());
    } catch (err) {
      log.warn({ err }, 'expired rate limits could not be removed');
    }
  }, everyMilliseconds);
  timer.unref();
  return () => clearInterval(timer);
}
