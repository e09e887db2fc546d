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
const names = list.pipe(z.array(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, 'expected names of forms')));
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
  INLET_SITE_NAME: z
    .string()
    .max(40)
    .default('Inlet')
    .describe('What messages to visitors call the site, at most 40 characters.'),
  INLET_OTP_DOMAIN: z
    .string()
    .regex(/^[a-z0-9.-]+$/, 'expected a host name')
    .optional()
    .describe(
      'Host of the page where codes are typed, for autofill from SMS. Default: that of INLET_PUBLIC_URL.',
    ),
  INLET_OTP_ADDRESS_PER_HOUR: count(1, 100)
    .default(5)
    .describe('Codes an hour for one e-mail address or telephone number.'),
  INLET_OTP_CLIENT_PER_HOUR: count(1, 10_000)
    .default(20)
    .describe('Codes an hour for one client address; an IPv6 /64 is one.'),
  INLET_PROOF_SECONDS: seconds()
    .min(60)
    .default(1800)
    .describe('How long the proof of a verified address is good.'),
  INLET_PROOF_AUDIENCE: z
    .string()
    .min(1)
    .default('inlet')
    .describe('The service that proofs are for. Others refuse them.'),
  INLET_VERIFIED_FORMS: names
    .default([])
    .describe('Forms that take feedback only with a verified address, separated by commas.'),
  INLET_ONE_RESPONSE_FORMS: names
    .default([])
    .describe('Forms that take one response a verified address, separated by commas.'),
  INLET_SPAM_CHECKS: z
    .enum(['on', 'off'])
    .default('on')
    .describe('`on`: feedback without a form token and proof of work, or with other signs, is quarantined.'),
  INLET_HONEYPOT_FIELD: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,63}$/i, 'expected the name of a form field')
    .default('website')
    .describe('Form field that people do not see: whoever fills it in is a program.'),
  INLET_FORM_MIN_SECONDS: seconds()
    .default(3)
    .describe('A form that is sent sooner than this after its token was issued was not typed by a person.'),
  INLET_FORM_TOKEN_SECONDS: seconds()
    .min(60)
    .default(86_400)
    .describe('How long a form may stay open before its token is too old.'),
  INLET_POW_COST: count(1, 100_000_000)
    .default(20_000)
    .describe('Hashes that a browser computes on average for one form while there is little to do.'),
  INLET_POW_MAX_COST: count(1, 100_000_000).default(1_000_000).describe('The same under the heaviest load.'),
  INLET_SPEECH_CHARACTERS_PER_MONTH: count(0, 1_000_000_000)
    .default(1_000_000)
    .describe('Characters a month (UTC) that may be made into speech. 0 makes none.'),
  INLET_SPEECH_WAIT_SECONDS: seconds(60)
    .default(20)
    .describe('How long a request waits for its speech before it is answered 202.'),
  INLET_JWT_ISSUER: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Issuer whose bearer tokens are taken beside API keys. Default: none.'),
  INLET_JWT_AUDIENCE: list
    .pipe(z.array(z.string()).min(1))
    .optional()
    .describe(
      'What `aud` (or `client_id` of a Cognito access token) must be one of, separated by commas. Needed with INLET_JWT_ISSUER.',
    ),
  INLET_JWT_JWKS_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where the issuer’s keys are. Default: `/.well-known/jwks.json` below the issuer.'),
  INLET_JWT_SCOPE_CLAIM: z
    .string()
    .default('scope')
    .describe('Claim with the scopes: a text with blanks, or a list such as `cognito:groups`.'),
  INLET_JWT_SCOPE_PREFIX: z
    .string()
    .default('')
    .describe('What stands before each scope in the claim, such as `inlet/` for a Cognito resource server.'),
  INLET_ALB_OIDC_SIGNER: z
    .string()
    .regex(/^arn:[\w-]+:elasticloadbalancing:/, 'expected the ARN of a load balancer')
    .optional()
    .describe('Load balancer whose `X-Amzn-Oidc-Data` is believed. Default: none is.'),
  INLET_JWT_PLAN: z.string().optional().describe('Usage plan of callers with a token. Default: no limit.'),
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
  .describe(
    'Secrets for signed links, codes, proofs and form tokens, separated by commas: the first signs, all verify, the last makes the hashes of addresses.',
  );

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
  INLET_OTP_EMAIL: z
    .enum(['off', 'ses', 'sns'])
    .default('off')
    .describe('How codes go by e-mail: `ses` needs INLET_OTP_FROM, `sns` INLET_OTP_TOPIC_ARN.'),
  INLET_OTP_FROM: z.string().optional().describe('Sender of e-mail with codes: an identity verified in SES.'),
  INLET_SES_CONFIGURATION_SET: z.string().optional().describe('SES configuration set for e-mail with codes.'),
  INLET_OTP_TOPIC_ARN: z
    .string()
    .regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, 'expected the ARN of a standard SNS topic')
    .optional()
    .describe('Topic for codes by e-mail through SNS alone. Never the one for notifications.'),
  INLET_OTP_SMS: z.enum(['off', 'sns']).default('off').describe('How codes go by SMS.'),
  INLET_SMS_COUNTRIES: list
    .pipe(z.array(z.string().regex(/^[A-Z]{2}$/, 'expected two-letter country codes')))
    .default([])
    .describe('Countries that SMS go to, such as `DE,AT`. Needed with INLET_OTP_SMS=sns.'),
  INLET_SMS_MAX_PRICE: z.coerce
    .number()
    .positive()
    .max(10)
    .default(0.1)
    .meta({ unit: 'US dollars' })
    .describe('Highest price of one SMS.'),
  INLET_SMS_MONTHLY_USD: z.coerce
    .number()
    .min(0)
    .max(1_000_000)
    .default(20)
    .meta({ unit: 'US dollars' })
    .describe('Budget for SMS a month (UTC). Once it is used up, none is sent. 0 stops all SMS.'),
  INLET_SMS_SENDER_ID: z
    .string()
    .regex(/^[a-z0-9-]{1,11}$/i, 'expected at most 11 letters, digits and hyphens')
    .optional()
    .describe('Sender of SMS, where the country allows one.'),
  INLET_SPEECH: z.enum(['off', 'polly']).default('polly').describe('What makes speech.'),
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
