/** What became of an upload request. */
export const uploadOutcomes = [
  'complete',
  'client_abort',
  'stalled',
  'too_large',
  'rejected_type',
  'checksum_mismatch',
  'invalid',
  'busy',
  'store_error',
] as const;
export type UploadOutcome = (typeof uploadOutcomes)[number];

/** Received from the client; stored for good; received but not kept because the upload failed. */
export const uploadByteKinds = ['received', 'stored', 'wasted'] as const;
export type UploadByteKind = (typeof uploadByteKinds)[number];

export const feedbackOutcomes = [
  'accepted',
  'quarantined',
  'replayed',
  'mismatch',
  'invalid',
  'store_error',
] as const;
export type FeedbackOutcome = (typeof feedbackOutcomes)[number];

export const notificationOutcomes = ['delivered', 'failed', 'dead'] as const;
export type NotificationOutcome = (typeof notificationOutcomes)[number];

/** Why feedback looked suspicious. */
export const suspicions = [
  'honeypot',
  'no_token',
  'token_invalid',
  'token_expired',
  'too_fast',
  'no_proof_of_work',
  'proof_of_work_invalid',
  'proof_of_work_reused',
  'foreign_origin',
] as const;
export type Suspicion = (typeof suspicions)[number];

/** What became of a code that somebody asked for, after the answer. */
export const codeOutcomes = ['sent', 'failed', 'opted_out', 'country', 'budget'] as const;
export type CodeOutcome = (typeof codeOutcomes)[number];

export const verificationOutcomes = ['verified', 'wrong', 'expired', 'used', 'exhausted', 'unknown'] as const;
export type VerificationOutcome = (typeof verificationOutcomes)[number];

export const speechOutcomes = ['made', 'reused', 'failed', 'budget'] as const;
export type SpeechOutcome = (typeof speechOutcomes)[number];

export const keyOutcomes = ['allowed', 'rate', 'quota', 'origin', 'source'] as const;
export type KeyOutcome = (typeof keyOutcomes)[number];

interface MetricDefinition {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  /** Each label with the values it can have, or 'open' where they come from the code that runs. */
  labels: Record<string, readonly string[] | 'open'>;
  /** Upper bounds, in the unit that the name ends with. */
  buckets?: readonly number[];
}

/**
 * Every metric that Inlet itself has, by its name. The registry is made from this list, and a test holds
 * `docs/metrics.md` against it. Every label has few values: a raw path, an id or an address never is one,
 * because each new value is a new time series that Prometheus keeps.
 */
export const metricDefinitions = {
  inlet_http_requests_total: {
    kind: 'counter',
    help: 'Answers, by method, route template and status. 499: the client left before its answer.',
    labels: { method: 'open', route: 'open', status: 'open' },
  },
  inlet_http_request_duration_seconds: {
    kind: 'histogram',
    help: 'Seconds from the headers of a request to the end of its answer.',
    labels: { method: 'open', route: 'open' },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  },
  inlet_uploads_total: {
    kind: 'counter',
    help: 'Upload requests, by what became of them.',
    labels: { outcome: uploadOutcomes },
  },
  inlet_upload_bytes_total: {
    kind: 'counter',
    help: 'Bytes of uploads: received, stored for good, or wasted because the upload failed.',
    labels: { kind: uploadByteKinds },
  },
  inlet_feedback_total: {
    kind: 'counter',
    help: 'Feedback requests, by what became of them.',
    labels: { outcome: feedbackOutcomes },
  },
  inlet_notifications_total: {
    kind: 'counter',
    help: 'Tries to publish a notification, and notifications given up (dead).',
    labels: { outcome: notificationOutcomes },
  },
  inlet_outbox_depth: {
    kind: 'gauge',
    help: 'Records whose notification is due or under way; on DynamoDB counted up to 10 000.',
    labels: {},
  },
  inlet_outbox_oldest_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest record whose notification is due or under way. 0 if there is none.',
    labels: {},
  },
  inlet_rate_limited_total: {
    kind: 'counter',
    help: 'Requests refused with 429, by the name of the limit.',
    labels: { rule: 'open' },
  },
  inlet_feedback_suspicions_total: {
    kind: 'counter',
    help: 'Reasons why feedback was quarantined. One piece of feedback may have several.',
    labels: { reason: suspicions },
  },
  inlet_proof_of_work_cost: {
    kind: 'gauge',
    help: 'Hashes that a browser computes on average for one form: it rises with the load.',
    labels: {},
  },
  inlet_otp_codes_total: {
    kind: 'counter',
    help: 'One-time codes that were asked for, by channel and by what became of them.',
    labels: { channel: ['email', 'sms'], outcome: codeOutcomes },
  },
  inlet_otp_verifications_total: {
    kind: 'counter',
    help: 'Codes that were typed in, by channel (none for an unknown id) and outcome.',
    labels: { channel: ['email', 'sms', 'none'], outcome: verificationOutcomes },
  },
  inlet_sms_cost_usd_total: {
    kind: 'counter',
    help: 'US dollars set aside for SMS, at the highest price that each may have.',
    labels: {},
  },
  inlet_speech_total: {
    kind: 'counter',
    help: 'Requests for speech, by what became of them.',
    labels: { outcome: speechOutcomes },
  },
  inlet_speech_characters_total: {
    kind: 'counter',
    help: 'Characters sent to the speech engine, as it bills them.',
    labels: { engine: 'open' },
  },
  inlet_key_requests_total: {
    kind: 'counter',
    help: 'Requests with a key or token that has a plan, by key (as many series as there are keys) and outcome.',
    labels: { key: 'open', outcome: keyOutcomes },
  },
  inlet_metrics_dropped_total: {
    kind: 'counter',
    help: 'Lines of metrics (one an answer, an upload and so on) that workers lost: the collector was away too long.',
    labels: {},
  },
  inlet_build_info: {
    kind: 'gauge',
    help: 'Always 1. The labels say which build is running.',
    labels: { version: 'open', commit: 'open', release: 'open' },
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricDefinitions;

/** The definition of a metric, or undefined if there is none of that name. */
export function findDefinition(name: string): MetricDefinition | undefined {
  return Object.hasOwn(metricDefinitions, name) ? metricDefinitions[name as MetricName] : undefined;
}
