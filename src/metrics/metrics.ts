import type {
  FeedbackOutcome,
  NotificationOutcome,
  UploadByteKind,
  UploadOutcome,
} from './metric-definitions.ts';
import type { EmitMetrics } from './registry.ts';

export interface AnsweredRequest {
  method: string;
  /** The template, such as `/v1/uploads/{id}`, never the path that came. */
  route: string;
  status: number;
  seconds: number;
}

/** What the features tell about themselves. No call throws, waits, or costs more than microseconds. */
export interface Metrics {
  httpRequest(answered: AnsweredRequest): void;
  upload(outcome: UploadOutcome): void;
  uploadBytes(kind: UploadByteKind, bytes: number): void;
  feedback(outcome: FeedbackOutcome): void;
  notification(outcome: NotificationOutcome): void;
  outboxBacklog(backlog: { depth: number; oldestSeconds: number }): void;
  rateLimited(rule: string): void;
}

/** Turns what happens into changes of metrics. `emit` applies them, here or in the collector. */
export function createMetrics(emit: EmitMetrics): Metrics {
  return {
    httpRequest({ method, route, status, seconds }) {
      emit(
        { metric: 'inlet_http_requests_total', labels: { method, route, status: String(status) }, value: 1 },
        { metric: 'inlet_http_request_duration_seconds', labels: { method, route }, value: seconds },
      );
    },
    upload: (outcome) => emit({ metric: 'inlet_uploads_total', labels: { outcome }, value: 1 }),
    uploadBytes: (kind, bytes) =>
      emit({ metric: 'inlet_upload_bytes_total', labels: { kind }, value: bytes }),
    feedback: (outcome) => emit({ metric: 'inlet_feedback_total', labels: { outcome }, value: 1 }),
    notification: (outcome) => emit({ metric: 'inlet_notifications_total', labels: { outcome }, value: 1 }),
    outboxBacklog({ depth, oldestSeconds }) {
      emit(
        { metric: 'inlet_outbox_depth', labels: {}, value: depth },
        { metric: 'inlet_outbox_oldest_seconds', labels: {}, value: oldestSeconds },
      );
    },
    rateLimited: (rule) => emit({ metric: 'inlet_rate_limited_total', labels: { rule }, value: 1 }),
  };
}
