import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Database, openDatabase } from '../../../src/platform/local/sqlite-database.ts';
import { createSqliteFeedbackStore } from '../../../src/platform/local/sqlite-feedback-store.ts';
import { mainMigrations } from '../../../src/platform/local/sqlite-schema.ts';
import { aFeedback } from '../../support/records.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const unavailable = { code: 'store_unavailable' };

describe('a SQLite database', () => {
  let temp: TempFolder;
  let file: string;
  let opened: Database[];
  beforeEach(async () => {
    temp = await tempFolder();
    file = path.join(temp.folder, 'test.db');
    opened = [];
  });
  afterEach(async () => {
    for (const database of opened) database.close();
    await temp.remove();
  });

  const open = (migrations: readonly string[] = mainMigrations) => {
    const database = openDatabase(file, { migrations });
    opened.push(database);
    return database;
  };
  const pragma = (database: Database, text: string) => database.prepare(`PRAGMA ${text}`).get();

  it('journals ahead, syncs each commit, waits for other writers and keeps foreign keys', () => {
    const database = open();
    assert.equal(pragma(database, 'journal_mode')?.journal_mode, 'wal');
    assert.equal(pragma(database, 'synchronous')?.synchronous, 2);
    assert.equal(pragma(database, 'busy_timeout')?.timeout, 5000);
    assert.equal(pragma(database, 'foreign_keys')?.foreign_keys, 1);
  });

  it('takes only the steps that a file has not seen, and keeps its rows', () => {
    const first = open(['CREATE TABLE t (a INTEGER)']);
    first.prepare('INSERT INTO t VALUES (1)').run();
    const second = open([
      'CREATE TABLE t (a INTEGER)',
      'ALTER TABLE t ADD COLUMN b TEXT DEFAULT "x"'.replaceAll('"', "'"),
    ]);
    assert.deepEqual({ ...second.prepare('SELECT * FROM t').get() }, { a: 1, b: 'x' });
  });

  it('takes all of the steps or none', () => {
    assert.throws(() => open(['CREATE TABLE t (a INTEGER)', 'no such statement']));
    const database = open(['CREATE TABLE t (a INTEGER)']);
    assert.equal(pragma(database, 'user_version')?.user_version, 1);
  });

  it('does not open a file of a later release', () => {
    open(['SELECT 1', 'SELECT 2']);
    assert.throws(() => open(['SELECT 1']), /has schema 2/);
  });

  it('undoes a transaction that throws', () => {
    const database = open(['CREATE TABLE t (a INTEGER)']);
    const failure = new Error('changed my mind');
    const work = () => {
      database.prepare('INSERT INTO t VALUES (1)').run();
      throw failure;
    };
    assert.throws(
      () => database.transaction(work),
      (error) => error === failure,
    );
    assert.deepEqual(database.prepare('SELECT * FROM t').all(), []);
  });

  it('says store_unavailable for a file that is no database', async () => {
    await writeFile(file, 'not a database, but long enough to have the header of one'.repeat(100));
    assert.throws(() => open(), unavailable);
  });

  it('says store_unavailable while another writer holds it for too long', async () => {
    const [holder, database] = [open(), open()];
    pragma(database, 'busy_timeout = 0');
    const store = createSqliteFeedbackStore(database);
    holder.prepare('BEGIN IMMEDIATE').run();
    await assert.rejects(store.put(aFeedback()), unavailable);
    await assert.rejects(store.check(), unavailable);
    holder.prepare('ROLLBACK').run();
    assert.equal((await store.put(aFeedback())).created, true);
  });

  it('says store_unavailable when it is full, and keeps what was there', async () => {
    const database = open();
    const store = createSqliteFeedbackStore(database);
    const record = aFeedback();
    await store.put(record);
    pragma(database, 'max_page_count = 1');
    const large = aFeedback({ message: 'x'.repeat(100_000) });
    await assert.rejects(store.put(large), unavailable);
    assert.equal(await store.get(large.id), undefined);
    assert.deepEqual(await store.get(record.id), record);
  });

  it('says store_unavailable when it may only be read', async () => {
    const database = open();
    pragma(database, 'query_only = 1');
    await assert.rejects(createSqliteFeedbackStore(database).put(aFeedback()), unavailable);
  });

  it('says store_unavailable once it is closed, and may be closed twice', async () => {
    const database = open();
    const store = createSqliteFeedbackStore(database);
    database.close();
    database.close();
    await assert.rejects(store.get('a'), unavailable);
    await assert.rejects(store.check(), unavailable);
  });

  it('does not call a mistake in a statement an outage', () => {
    assert.throws(() => open().prepare('SELECT nonsense'), { code: 'ERR_SQLITE_ERROR' });
  });
});
