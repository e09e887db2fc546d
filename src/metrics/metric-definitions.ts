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

export const feedbackOutcomes = ['accepted', 'replayed', 'mismatch', 'invalid', 'store_error'] as const;
export type FeedbackOutcome = (typeof feedbackOutcomes)[number];

export const notificationOutcomes = ['delivered', 'failed', 'dead'] as const;
export type NotificationOutcome = (typeof notificationOutcomes)[number];

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
