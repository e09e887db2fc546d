import { type AwsConfig, ConfigError, type Environment } from '../../config.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import { createNoSynthesizer } from '../../speech/no-synthesizer.ts';
import type { Platform } from '../platform.ts';
import { createAwsClients } from './aws-clients.ts';
import { createByteBudget } from './byte-budget.ts';
import { createCodeSenders } from './create-code-senders.ts';
import { createDynamoClaims } from './dynamo-claims.ts';
import { createDynamoCounters } from './dynamo-counters.ts';
import { createDynamoFeedbackStore } from './dynamo-feedback-store.ts';
import { createDynamoKeyStore } from './dynamo-key-store.ts';
import { createDynamoOtpStore } from './dynamo-otp-store.ts';
import { createDynamoPlanStore } from './dynamo-plan-store.ts';
import { createDynamoRateLimiter } from './dynamo-rate-limiter.ts';
import { createDynamoSpeechStore } from './dynamo-speech-store.ts';
import { createDynamoTable } from './dynamo-table.ts';
import { createDynamoUploadCatalogue } from './dynamo-upload-catalogue.ts';
import { createDynamoUsageMeter } from './dynamo-usage-meter.ts';
import { otpSettingMistakes } from './otp-settings.ts';
import { partBytesFor } from './part-bytes.ts';
import { createPollySynthesizer } from './polly-synthesizer.ts';
import { createS3ObjectStore } from './s3-object-store.ts';
import { createSnsNotifier } from './sns-notifier.ts';

export interface AwsPlatformDeps {
  clock: () => Date;
  log: { warn(obj: object, msg: string): void };
  env: Environment;
  /** Missing where nobody is sent anything, such as on the command line. */
  metrics?: Pick<Metrics, 'smsCost'>;
}

/** Milliseconds that an upload waits for memory before it is sent away. */
const longestWait = 10_000;

/** S3, DynamoDB and SNS. Opens no connection yet. Throws a ConfigError if the settings do not go together. */
export async function openAwsPlatform(
  config: AwsConfig,
  { clock, log, env, metrics }: AwsPlatformDeps,
): Promise<Platform> {
  if (config.NODE_ENV === 'production' && env.AWS_ACCESS_KEY_ID) {
    log.warn(
      { setting: 'AWS_ACCESS_KEY_ID' },
      'static AWS keys are set: use the role of the instance instead',
    );
  }
  const partBytes = partBytesFor(config.INLET_PART_BYTES, config.INLET_MAX_UPLOAD_BYTES);
  const memory = config.INLET_UPLOAD_MEMORY_BYTES;
  const mistakes = otpSettingMistakes(config);
  if (memory < 2 * partBytes) {
    mistakes.push(`INLET_UPLOAD_MEMORY_BYTES: expected at least two parts, which are ${2 * partBytes} bytes`);
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);

  const clients = createAwsClients(config, env);
  const table = createDynamoTable(clients.dynamo, config.INLET_TABLE);
  const counters = createDynamoCounters(table);
  const limitsTable = config.INLET_LIMITS_TABLE ?? `${config.INLET_TABLE}-limits`;
  return {
    objectStore: createS3ObjectStore({
      s3: clients.s3,
      bucket: config.INLET_BUCKET,
      kmsKeyId: config.INLET_KMS_KEY_ID,
      partBytes,
      budget: createByteBudget(memory, longestWait),
    }),
    uploadCatalogue: createDynamoUploadCatalogue(table),
    feedbackStore: createDynamoFeedbackStore(table),
    notifier: createSnsNotifier(clients.sns, config.INLET_TOPIC_ARN),
    keyStore: createDynamoKeyStore(table),
    planStore: createDynamoPlanStore(table),
    usageMeter: createDynamoUsageMeter(table),
    otpStore: createDynamoOtpStore(table),
    codeSenders: createCodeSenders(config, {
      clients,
      counters,
      clock,
      log,
      spent: (usd) => metrics?.smsCost(usd),
    }),
    speechStore: createDynamoSpeechStore(table),
    synthesizer:
      config.INLET_SPEECH === 'off'
        ? createNoSynthesizer()
        : createPollySynthesizer({ polly: clients.polly, clock }),
    claims: createDynamoClaims(table, clock),
    counters,
    rateLimiter: (rule) => createDynamoRateLimiter(clients.limits, limitsTable, rule),
    secrets: config.INLET_LINK_SECRETS,
    async close() {
      clients.destroy();
    },
  };
}
