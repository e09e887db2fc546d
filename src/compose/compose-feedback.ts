import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { createAttachmentOwners } from '../feedback/attachment-owners.ts';
import { feedbackRoutes } from '../feedback/feedback-routes.ts';
import { createFeedbackService } from '../feedback/feedback-service.ts';
import type { FeedbackSpeech } from '../feedback/feedback-speech.ts';
import type { FeedbackStore } from '../feedback/feedback-store.ts';
import { toNotification } from '../feedback/notification.ts';
import type { Notifier } from '../feedback/notifier.ts';
import type { Outbox } from '../feedback/outbox.ts';
import { createRelay } from '../feedback/relay.ts';
import { createSenderAccess } from '../feedback/sender-access.ts';
import { createVerification } from '../feedback/verification.ts';
import type { LinkSigner } from '../http/link-signer.ts';
import type { Claims } from '../ledger/claims.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Proofs } from '../otp/proofs.ts';
import type { SubjectOf } from '../otp/subjects.ts';
import { formTokenRoute } from '../spam/form-token-route.ts';
import { createSpamProtection } from '../spam/spam-protection.ts';
import type { UploadService } from '../uploads/upload-service.ts';

interface FeedbackDeps {
  /** What feedback needs of a platform. */
  platform: {
    feedbackStore: FeedbackStore & Outbox;
    notifier: Notifier;
    claims: Claims;
    secrets: readonly string[];
  };
  uploads: UploadService;
  proofs: Proofs;
  subjectOf: SubjectOf;
  speech: FeedbackSpeech;
  links: LinkSigner;
  publicUrl: string | undefined;
  metrics: Metrics;
  clock: () => Date;
  log: Logger;
}

/** Feedback with its relay, its quarantine and its senders' access, wired by hand. Holds no rule. */
export function composeFeedback(config: Config, deps: FeedbackDeps) {
  const { platform, uploads, proofs, subjectOf, links, publicUrl, metrics, clock } = deps;
  const { feedbackStore, claims, secrets } = platform;
  const leaseMs = config.INLET_RELAY_LEASE_SECONDS * 1000;
  const allowedOrigins = config.INLET_ALLOWED_ORIGINS;
  // Nobody's request says how the readers of a message reach the API; on this machine a fixed port does.
  const isHere = config.INLET_PLATFORM === 'local' && config.PORT !== 0;
  const messageUrl = publicUrl ?? (isHere ? `http://localhost:${config.PORT}` : undefined);

  const relay = createRelay({
    outbox: feedbackStore,
    notifier: platform.notifier,
    toNotification: (record) =>
      toNotification(record, (id) => {
        const seconds = config.INLET_MESSAGE_LINK_SECONDS;
        return messageUrl && `${messageUrl}${links.sign(`/v1/uploads/${id}/content`, { seconds })}`;
      }),
    metrics,
    clock,
    random: Math.random,
    leaseMs,
    maxTries: config.INLET_RELAY_MAX_TRIES,
    log: deps.log,
  });
  const checksSpam = config.INLET_SPAM_CHECKS === 'on';
  const spam = createSpamProtection({
    isOn: checksSpam,
    secrets,
    claims,
    metrics,
    clock,
    randomBytes,
    randomInt,
    allowedOrigins,
    minSeconds: config.INLET_FORM_MIN_SECONDS,
    maxSeconds: config.INLET_FORM_TOKEN_SECONDS,
    cost: config.INLET_POW_COST,
    maxCost: config.INLET_POW_MAX_COST,
  });
  const owners = createAttachmentOwners(claims);
  const feedback = createFeedbackService({
    store: feedbackStore,
    outbox: feedbackStore,
    relay,
    uploads,
    owners,
    verification: createVerification({
      proofs,
      claims,
      subjectOf,
      verifiedForms: config.INLET_VERIFIED_FORMS,
      oneResponseForms: config.INLET_ONE_RESPONSE_FORMS,
    }),
    spamCheck: spam.check,
    speech: deps.speech,
    metrics,
    clock,
    randomId: randomUUID,
    leaseMs,
  });
  const routes = [
    // Before `/v1/feedback/{id}`, which would take it for an id.
    formTokenRoute(spam),
    ...feedbackRoutes({
      feedback,
      outbox: feedbackStore,
      uploads,
      owners,
      speech: deps.speech,
      senderAccess: createSenderAccess({ feedback, proofs, subjectOf, links, clock, randomId: randomUUID }),
      links,
      metrics,
      clock,
      allowedOrigins,
      publicUrl,
      honeypotField: checksSpam ? config.INLET_HONEYPOT_FIELD : undefined,
      maxBytes: config.INLET_MAX_UPLOAD_BYTES,
      maxFiles: config.INLET_MAX_FILES,
    }),
  ];
  return { relay, routes };
}
