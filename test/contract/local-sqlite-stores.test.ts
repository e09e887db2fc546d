import path from 'node:path';
import { openDatabase } from '../../src/platform/local/sqlite-database.ts';
import { createSqliteFeedbackStore } from '../../src/platform/local/sqlite-feedback-store.ts';
import { createSqliteKeyStore } from '../../src/platform/local/sqlite-key-store.ts';
import { createSqliteOutbox } from '../../src/platform/local/sqlite-outbox.ts';
import { mainMigrations } from '../../src/platform/local/sqlite-schema.ts';
import { createSqliteUploadCatalogue } from '../../src/platform/local/sqlite-upload-catalogue.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { feedbackStoreSuite } from './feedback-store-suite.ts';
import { keyStoreSuite } from './key-store-suite.ts';
import { outboxSuite } from './outbox-suite.ts';
import { uploadCatalogueSuite } from './upload-catalogue-suite.ts';

async function open() {
  const { folder, remove } = await tempFolder();
  const database = openDatabase(path.join(folder, 'inlet.db'), { migrations: mainMigrations });
  return {
    uploadCatalogue: createSqliteUploadCatalogue(database),
    feedbackStore: { ...createSqliteFeedbackStore(database), ...createSqliteOutbox(database) },
    keyStore: createSqliteKeyStore(database),
    async close() {
      database.close();
      await remove();
    },
  };
}

uploadCatalogueSuite('SQLite', open);
feedbackStoreSuite('SQLite', open);
outboxSuite('SQLite', open);
keyStoreSuite('SQLite', open);
