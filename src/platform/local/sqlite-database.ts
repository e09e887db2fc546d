import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { withOutages } from './sqlite-errors.ts';

type Parameters = SQLInputValue[];
type Row = Record<string, unknown>;

export interface Statement {
  get(...parameters: Parameters): Row | undefined;
  all(...parameters: Parameters): Row[];
  /** The number of rows that it changed. */
  run(...parameters: Parameters): number;
}

/** A database whose outages come out as `store_unavailable`. Its calls block, as those of node:sqlite do. */
export interface Database {
  prepare(sql: string): Statement;
  /** Does the work as the only writer. An error in it undoes all of it. */
  transaction<T>(work: () => T): T;
  /** Throws unless the database can be written to. */
  check(): void;
  close(): void;
}

export interface DatabaseOptions {
  /** The steps that made the schema what it is, oldest first. New ones are added at the end only. */
  migrations: readonly string[];
  /** FULL makes a commit survive a power cut, NORMAL only a crash of the process. */
  synchronous?: 'FULL' | 'NORMAL';
}

/**
 * How long, in milliseconds, a statement waits for another process to finish writing. SQLite's own default
 * is not to wait at all. A write takes well under a millisecond, so this is a bound and not a usual delay.
 */
const busyTimeout = 5000;

/**
 * Opens the database in `file`, making it and its tables as needed. Several processes may do so at the same
 * moment. Only the owner may read the file; SQLite gives its journals the same mode.
 */
export function openDatabase(file: string, { migrations, synchronous = 'FULL' }: DatabaseOptions): Database {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  return withOutages(() => {
    const sqlite = new DatabaseSync(file, { timeout: busyTimeout, enableForeignKeyConstraints: true });
    try {
      sqlite.exec('PRAGMA journal_mode = WAL');
      sqlite.exec(`PRAGMA synchronous = ${synchronous}`);
      const database = guarded(sqlite);
      database.transaction(() => migrate(sqlite, migrations));
      return database;
    } catch (error) {
      sqlite.close();
      throw error;
    }
  });
}

/** Takes the steps that this file has not seen. Must run inside a transaction. */
function migrate(sqlite: DatabaseSync, migrations: readonly string[]): void {
  const version = Number(sqlite.prepare('PRAGMA user_version').get()?.user_version);
  if (version > migrations.length) {
    throw new Error(`The database has schema ${version}, this release knows ${migrations.length} at most.`);
  }
  for (const step of migrations.slice(version)) sqlite.exec(step);
  sqlite.exec(`PRAGMA user_version = ${migrations.length}`);
}

function guarded(sqlite: DatabaseSync): Database {
  const transaction = <T>(work: () => T): T =>
    withOutages(() => {
      // IMMEDIATE takes the write lock first, so that nothing read inside can change before it is written.
      sqlite.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        sqlite.exec('COMMIT');
        return result;
      } catch (error) {
        if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
        throw error;
      }
    });

  return {
    prepare(sql) {
      const statement = withOutages(() => sqlite.prepare(sql));
      return {
        get: (...parameters) => withOutages(() => statement.get(...parameters)),
        all: (...parameters) => withOutages(() => statement.all(...parameters)),
        run: (...parameters) => withOutages(() => Number(statement.run(...parameters).changes)),
      };
    },
    transaction,
    check: () => transaction(() => sqlite.exec('SELECT count(*) FROM sqlite_schema')),
    close: () => {
      if (sqlite.isOpen) sqlite.close();
    },
  };
}
