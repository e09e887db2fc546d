import path from 'node:path';
import type { Environment, LocalConfig } from '../../config.ts';
import { codeDomain } from '../../otp/code-domain.ts';
import type { Platform } from '../platform.ts';
import { createDiskObjectStore } from './disk-object-store.ts';
import { createEspeakSynthesizer } from './espeak-synthesizer.ts';
import { clearExpiredLimits } from './expired-limits.ts';
import { openLinkSecrets } from './link-secrets.ts';
import { createOutboxCodeSender } from './outbox-code-sender.ts';
import { createOutboxNotifier } from './outbox-notifier.ts';
import { createSqliteClaims } from './sqlite-claims.ts';
import { createSqliteCounters } from './sqlite-counters.ts';
import { openDatabase } from './sqlite-database.ts';
import { createSqliteFeedbackStore } from './sqlite-feedback-store.ts';
import { createSqliteKeyStore } from './sqlite-key-store.ts';
import { createSqliteOtpStore } from './sqlite-otp-store.ts';
import { createSqliteOutbox } from './sqlite-outbox.ts';
import { createSqlitePlanStore } from './sqlite-plan-store.ts';
import { createSqliteRateLimiter } from './sqlite-rate-limiter.ts';
import { limitsMigrations, mainMigrations } from './sqlite-schema.ts';
import { createSqliteSpeechStore } from './sqlite-speech-store.ts';
import { createSqliteUploadCatalogue } from './sqlite-upload-catalogue.ts';
import { createSqliteUsageMeter } from './sqlite-usage-meter.ts';

interface LocalPlatformDeps {
  clock: () => Date;
  log: { warn(obj: object, msg: string): void };
  /** Its PATH says where programs are. Default: the system's own places. */
  env?: Environment;
}

/** Opens everything on this machine, below INLET_DATA_DIR. */
export async function openLocalPlatform(
  config: LocalConfig,
  { clock, log, env = {} }: LocalPlatformDeps,
): Promise<Platform> {
  const folder = path.resolve(config.INLET_DATA_DIR);
  const objectStore = await createDiskObjectStore({ folder, clock });
  const notifier = await createOutboxNotifier({ folder: path.join(folder, 'outbox'), clock });
  const codes = {
    folder: path.join(folder, 'outbox'),
    site: config.INLET_SITE_NAME,
    domain: codeDomain(config),
  };
  const codeSenders = {
    email: await createOutboxCodeSender({ ...codes, channel: 'email' }),
    sms: await createOutboxCodeSender({ ...codes, channel: 'sms' }),
  };
  const secrets = await openLinkSecrets(config.INLET_LINK_SECRETS, path.join(folder, 'link-secret'));

  const database = openDatabase(path.join(folder, 'inlet.db'), { migrations: mainMigrations });
  // Counts of requests have a file of their own: they need not survive a power cut, and never hold up the rest.
  const limits = openDatabase(path.join(folder, 'limits.db'), {
    migrations: limitsMigrations,
    synchronous: 'NORMAL',
  });
  const stopClearing = clearExpiredLimits({ database: limits, clock, log });

  return {
    objectStore,
    uploadCatalogue: createSqliteUploadCatalogue(database),
    feedbackStore: { ...createSqliteFeedbackStore(database), ...createSqliteOutbox(database) },
    notifier,
    keyStore: createSqliteKeyStore(database),
    planStore: createSqlitePlanStore(database),
    usageMeter: createSqliteUsageMeter(database),
    otpStore: createSqliteOtpStore(database),
    codeSenders,
    speechStore: createSqliteSpeechStore(database),
    synthesizer: createEspeakSynthesizer({ clock, env }),
    claims: createSqliteClaims(database, clock),
    counters: createSqliteCounters(database),
    rateLimiter: (rule) => createSqliteRateLimiter(rule, { database: limits, log }),
    secrets,
    async close() {
      stopClearing();
      limits.close();
      database.close();
    },
  };
}
