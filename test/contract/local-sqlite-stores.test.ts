import path from 'node:path';
import { createSqliteClaims } from '../../src/platform/local/sqlite-claims.ts';
import { createSqliteCounters } from '../../src/platform/local/sqlite-counters.ts';
import { openDatabase } from '../../src/platform/local/sqlite-database.ts';
import { createSqliteFeedbackStore } from '../../src/platform/local/sqlite-feedback-store.ts';
import { createSqliteKeyStore } from '../../src/platform/local/sqlite-key-store.ts';
import { createSqliteOtpStore } from '../../src/platform/local/sqlite-otp-store.ts';
import { createSqliteOutbox } from '../../src/platform/local/sqlite-outbox.ts';
import { createSqlitePlanStore } from '../../src/platform/local/sqlite-plan-store.ts';
import { mainMigrations } from '../../src/platform/local/sqlite-schema.ts';
import { createSqliteSpeechStore } from '../../src/platform/local/sqlite-speech-store.ts';
import { createSqliteUploadCatalogue } from '../../src/platform/local/sqlite-upload-catalogue.ts';
import { createSqliteUsageMeter } from '../../src/platform/local/sqlite-usage-meter.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { claimsSuite } from './claims-suite.ts';
import { codesSuite } from './codes-suite.ts';
import { countersSuite } from './counters-suite.ts';
import { feedbackStoreSuite } from './feedback-store-suite.ts';
import { keyStoreSuite } from './key-store-suite.ts';
import { otpStoreSuite } from './otp-store-suite.ts';
import { outboxSuite } from './outbox-suite.ts';
import { planStoreSuite } from './plan-store-suite.ts';
import { speechStoreSuite } from './speech-store-suite.ts';
import { uploadCatalogueSuite } from './upload-catalogue-suite.ts';
import { usageMeterSuite } from './usage-meter-suite.ts';

async function open() {
  const { folder, remove } = await tempFolder();
  const database = openDatabase(path.join(folder, 'inlet.db'), { migrations: mainMigrations });
  return {
    uploadCatalogue: createSqliteUploadCatalogue(database),
    feedbackStore: { ...createSqliteFeedbackStore(database), ...createSqliteOutbox(database) },
    keyStore: createSqliteKeyStore(database),
    planStore: createSqlitePlanStore(database),
    speechStore: createSqliteSpeechStore(database),
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
planStoreSuite('SQLite', open);
speechStoreSuite('SQLite', open);

/** The ledgers, as two processes open them over one file. */
async function openLedgers() {
  const { folder, remove } = await tempFolder();
  const openOne = () => openDatabase(path.join(folder, 'inlet.db'), { migrations: mainMigrations });
  const [here, there] = [openOne(), openOne()];
  let now = new Date();
  const clock = () => now;
  return {
    here,
    there,
    clock,
    setClock(time: string) {
      now = new Date(time);
    },
    async breakStore() {
      here.close();
    },
    async close() {
      here.close();
      there.close();
      await remove();
    },
  };
}

claimsSuite('SQLite', async () => {
  const { here, there, clock, ...opened } = await openLedgers();
  return {
    claims: createSqliteClaims(here, clock),
    neighbour: createSqliteClaims(there, clock),
    ...opened,
  };
});
usageMeterSuite('SQLite', async () => {
  const { here, there, ...opened } = await openLedgers();
  return { usageMeter: createSqliteUsageMeter(here), neighbour: createSqliteUsageMeter(there), ...opened };
});
countersSuite('SQLite', async () => {
  const { here, there, ...opened } = await openLedgers();
  return { counters: createSqliteCounters(here), neighbour: createSqliteCounters(there), ...opened };
});
const openOtp = async () => {
  const { here, there, clock, ...opened } = await openLedgers();
  return {
    otpStore: createSqliteOtpStore(here),
    neighbour: createSqliteOtpStore(there),
    claims: createSqliteClaims(here, clock),
    ...opened,
  };
};
otpStoreSuite('SQLite', openOtp);
codesSuite('SQLite', openOtp);
