import type {
  CodeOutcome,
  FeedbackOutcome,
  KeyOutcome,
  NotificationOutcome,
  SpeechOutcome,
  Suspicion,
  UploadByteKind,
  UploadOutcome,
  VerificationOutcome,
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
  suspicion(reason: Suspicion): void;
  /** Hashes, on average. */
  proofOfWorkCost(hashes: number): void;
  code(channel: 'email' | 'sms', outcome: CodeOutcome): void;
  verification(channel: 'email' | 'sms' | 'none', outcome: VerificationOutcome): void;
  smsCost(usd: number): void;
  speech(outcome: SpeechOutcome): void;
  speechCharacters(engine: string, characters: number): void;
  keyRequest(key: string, outcome: KeyOutcome): void;
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
    suspicion: (reason) => emit({ metric: 'inlet_feedback_suspicions_total', labels: { reason }, value: 1 }),
    proofOfWorkCost: (hashes) => emit({ metric: 'inlet_proof_of_work_cost', labels: {}, value: hashes }),
    code: (channel, outcome) =>
      emit({ metric: 'inlet_otp_codes_total', labels: { channel, outcome }, value: 1 }),
    verification: (channel, outcome) =>
      emit({ metric: 'inlet_otp_verifications_total', labels: { channel, outcome }, value: 1 }),
    smsCost: (usd) => emit({ metric: 'inlet_sms_cost_usd_total', labels: {}, value: usd }),
    speech: (outcome) => emit({ metric: 'inlet_speech_total', labels: { outcome }, value: 1 }),
    speechCharacters: (engine, characters) =>
      emit({ metric: 'inlet_speech_characters_total', labels: { engine }, value: characters }),
    keyRequest: (key, outcome) =>
      emit({ metric: 'inlet_key_requests_total', labels: { key, outcome }, value: 1 }),
  };
}
