import type { FeedbackStore } from '../feedback/feedback-store.ts';
import type { Notifier } from '../feedback/notifier.ts';
import type { Outbox } from '../feedback/outbox.ts';
import type { RateLimiter, RateLimitRule } from '../http/rate-limit.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { PlanStore } from '../keys/plan-store.ts';
import type { UsageMeter } from '../keys/usage-meter.ts';
import type { Claims } from '../ledger/claims.ts';
import type { Counters } from '../ledger/counters.ts';
import type { Channel } from '../otp/channel.ts';
import type { CodeSender } from '../otp/code-sender.ts';
import type { OtpStore } from '../otp/otp-store.ts';
import type { SpeechStore } from '../speech/speech-store.ts';
import type { SpeechSynthesizer } from '../speech/speech-synthesizer.ts';
import type { ObjectStore } from '../uploads/object-store.ts';
import type { UploadCatalogue } from '../uploads/upload-catalogue.ts';

/** One adapter for every port, from one platform. */
export interface Platform {
  objectStore: ObjectStore;
  uploadCatalogue: UploadCatalogue;
  feedbackStore: FeedbackStore & Outbox;
  notifier: Notifier;
  keyStore: KeyStore;
  planStore: PlanStore;
  usageMeter: UsageMeter;
  otpStore: OtpStore;
  /** A channel without a sender is off. */
  codeSenders: Partial<Record<Channel, CodeSender>>;
  speechStore: SpeechStore;
  synthesizer: SpeechSynthesizer;
  claims: Claims;
  counters: Counters;
  rateLimiter(rule: RateLimitRule): RateLimiter;
  /** The secrets that sign links and the like: the first signs, every one of them verifies. */
  secrets: string[];
  /** Lets go of files and sockets. */
  close(): Promise<void>;
}
