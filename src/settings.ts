import { z } from 'zod';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

function count(min: number, max: number) {
  const error = `expected a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

const seconds = (max = 86_400) => count(0, max).meta({ unit: 'seconds' });
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const origin = z.union([
  z.literal('*'),
  z.url({ protocol: /^https?$/ }).refine((url) => URL.canParse(url) && new URL(url).origin === url, {
    error: 'expected an origin such as https://www.example.org, without a path',
  }),
]);

/** What visitors send to websites, by the type that the bytes say. */
const defaultTypes = [
  'image/jpeg,image/png,image/apng,image/gif,image/webp,image/avif,image/heic,image/heif,image/tiff',
  'image/svg+xml,application/pdf,text/plain,text/csv,application/zip',
  'video/mp4,video/webm,video/quicktime,audio/mpeg,audio/wav,audio/ogg,audio/x-m4a,audio/mp4',
].join(',');

const common = {
  NODE_ENV: z
    .string()
    .default('development')
    .describe('`production` makes the cluster run the built code, and warns about static AWS keys.'),
  PORT: count(0, 65_535).default(3000).describe('Port of the public API. 0 takes a free one.'),
  INLET_HOST: z.string().optional().describe('Address to listen on. Default: every address.'),
  INLET_METRICS_PORT: count(0, 65_535)
    .default(9464)
    .describe('Internal port: `/metrics`, `/ready`, `/build`.'),
  INLET_DATA_DIR: z
    .string()
    .default('.inlet')
    .describe('Folder for everything that is kept on this machine.'),
  INLET_RUN_DIR: z.string().optional().describe('Folder for sockets. Default: `run` in the data folder.'),
  INLET_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Address that visitors use, for links. Default: that of the request; in notifications on `local` localhost, on `aws` none.',
    ),
  INLET_ALLOWED_ORIGINS: list
    .pipe(z.array(origin))
    .default([])
    .describe('Origins whose pages may call the API and be continued at, separated by commas, or `*`.'),
  INLET_MAX_UPLOAD_BYTES: count(1, 1024 * GiB)
    .default(5 * GiB)
    .meta({ unit: 'bytes' })
    .describe('Largest file.'),
  INLET_MAX_FILES: count(1, 1000).default(20).describe('Most files in one request.'),
  INLET_ALLOWED_TYPES: list
    .pipe(z.array(z.string().regex(/^[\w.+-]+\/[\w.+-]+$/, 'expected a media type such as image/png')).min(1))
    .prefault(defaultTypes)
    .describe('Media types that are taken, judged by the bytes, separated by commas.'),
  INLET_STALL_SECONDS: seconds()
    .min(1)
    .default(30)
    .describe('An upload that brings no bytes for this long ends.'),
  INLET_MIN_BYTES_PER_SECOND: count(0, GiB)
    .default(1024)
    .describe('An upload slower than this over a stall time ends. 0 allows any rate.'),
  INLET_REAP_HOURS: count(1, 24 * 365)
    .default(24)
    .describe('Hours after which an upload that never finished is removed.'),
  INLET_LINK_SECONDS: seconds(31_536_000).min(1).default(3600).describe('How long a signed link is good.'),
  INLET_MESSAGE_LINK_SECONDS: seconds(31_536_000)
    .min(1)
    .default(604_800)
    .describe('How long the links to attachments in notifications are good. Default: a week.'),
  INLET_UPLOADS_PER_MINUTE: count(0, 1_000_000)
    .default(60)
    .describe('Upload requests a minute and client address. 0 is no limit.'),
  INLET_FEEDBACK_PER_MINUTE: count(0, 1_000_000)
    .default(20)
    .describe('Feedback requests a minute and client address. 0 is no limit.'),
  INLET_RELAY_SWEEP_SECONDS: seconds().min(1).default(15).describe('How often the outbox is swept.'),
  INLET_RELAY_LEASE_SECONDS: seconds().min(1).default(60).describe('How long a worker may take to publish.'),
  INLET_RELAY_MAX_TRIES: count(1, 1000).default(15).describe('Failed tries until a notification is dead.'),
  INLET_WORKERS: count(1, 1024).optional().describe('Workers of `npm run cluster`. Default: one a CPU.'),
  INLET_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least level that is logged.'),
  INLET_RELEASE: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/)
    .optional()
    .describe('Name of this release. Default: the version.'),
  INLET_COMMIT: z.string().default('unknown').describe('Commit this was built from.'),
  INLET_LB_IDLE_SECONDS: seconds(4000).default(60).describe('Idle timeout of the load balancer.'),
  INLET_KEEP_ALIVE_SECONDS: seconds()
    .default(65)
    .describe('Keep-alive of idle connections. Longer than the load balancer’s.'),
  INLET_HEADERS_SECONDS: seconds()
    .default(70)
    .describe('Time for a request’s headers. Longer than the keep-alive.'),
  INLET_DRAIN_SECONDS: seconds()
    .default(110)
    .describe('Longest drain: requests under way after it are cut off.'),
  INLET_KILL_SECONDS: seconds().default(120).describe('When PM2 kills a worker that still drains.'),
  INLET_STOP_SECONDS: seconds().default(150).describe('When systemd kills the service (TimeoutStopSec).'),
  INLET_TERMINATION_HOOK_SECONDS: seconds().default(300).describe('Heartbeat of the termination hook.'),
  INLET_DEREGISTRATION_SECONDS: seconds(3600)
    .default(300)
    .describe('Deregistration delay of the target group.'),
};

const hops = (fallback: number) =>
  count(0, 10).default(fallback).describe('Proxies in front, each adding to `X-Forwarded-For`.');
const drainDelay = (fallback: number) =>
  seconds()
    .default(fallback)
    .describe('How long a draining process still accepts, so that the load balancer sees it.');
const metricsHost = (fallback: string) =>
  z.string().default(fallback).describe('Address that the internal port listens on.');
const linkSecrets = list
  .pipe(z.array(z.string().min(32, 'expected secrets of at least 32 characters')).min(1))
  .describe('Secrets for signed links, separated by commas: the first signs, all verify.');

const local = z.object({
  INLET_PLATFORM: z
    .literal('local')
    .describe('`local`: disk, SQLite, outbox folder. `aws`: S3, DynamoDB, SNS.'),
  ...common,
  INLET_TRUSTED_HOPS: hops(0),
  INLET_DRAIN_DELAY_SECONDS: drainDelay(1),
  INLET_METRICS_HOST: metricsHost('127.0.0.1'),
  INLET_LINK_SECRETS: linkSecrets.optional(),
});

const aws = z.object({
  INLET_PLATFORM: z.literal('aws'),
  ...common,
  INLET_TRUSTED_HOPS: hops(1),
  INLET_DRAIN_DELAY_SECONDS: drainDelay(10),
  INLET_METRICS_HOST: metricsHost('0.0.0.0'),
  INLET_LINK_SECRETS: linkSecrets,
  AWS_REGION: z.string().describe('Region of bucket, tables and topic.'),
  AWS_ENDPOINT_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Another endpoint for every service, such as a local stand-in.'),
  INLET_S3_PATH_STYLE: z
    .stringbool()
    .optional()
    .describe('Put the bucket into the path, not the host name. Default: only with AWS_ENDPOINT_URL.'),
  INLET_BUCKET: z.string().describe('Bucket for uploads.'),
  INLET_KMS_KEY_ID: z
    .string()
    .optional()
    .describe('KMS key for the bucket’s objects. Default: S3’s own keys.'),
  INLET_TABLE: z.string().describe('Table for uploads, feedback and keys.'),
  INLET_LIMITS_TABLE: z
    .string()
    .optional()
    .describe('Table for rate limits. Default: INLET_TABLE with `-limits`.'),
  INLET_TOPIC_ARN: z
    .string()
    .regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+(\.fifo)?$/, 'expected the ARN of an SNS topic')
    .describe('Topic for notifications.'),
  INLET_PART_BYTES: count(5 * MiB, 5 * GiB)
    .default(8 * MiB)
    .meta({ unit: 'bytes' })
    .describe('Part size of multipart uploads. S3 takes 5 MiB to 5 GiB.'),
  INLET_UPLOAD_MEMORY_BYTES: count(10 * MiB, 1024 * GiB)
    .default(256 * MiB)
    .meta({ unit: 'bytes' })
    .describe('Memory that the uploads of one worker may hold. More uploads wait, then get 503.'),
});

/** Every setting, by platform. The documentation of settings is made from this. */
export const settings = { local, aws };
