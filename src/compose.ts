import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import { composeAccess, composeKeys } from './compose-keys.ts';
import { composeOtp } from './compose-otp.ts';
import { composeRateLimiters } from './compose-rate-limiters.ts';
import { composeSpeech } from './compose-speech.ts';
import type { Config, Environment } from './config.ts';
import { createAttachmentOwners } from './feedback/attachment-owners.ts';
import { feedbackRoutes } from './feedback/feedback-routes.ts';
import { createFeedbackService } from './feedback/feedback-service.ts';
import { toNotification } from './feedback/notification.ts';
import { createRelay } from './feedback/relay.ts';
import { createSenderAccess } from './feedback/sender-access.ts';
import { createVerification } from './feedback/verification.ts';
import { healthRoute } from './health/health-route.ts';
import type { Lifecycle } from './health/lifecycle.ts';
import { createLinkSigner } from './http/link-signer.ts';
import { usageRoutes } from './keys/usage-routes.ts';
import type { Metrics } from './metrics/metrics.ts';
import { otpRoutes } from './otp/otp-routes.ts';
import { createProofs } from './otp/proofs.ts';
import { createSubjects } from './otp/subjects.ts';
import type { Platform } from './platform/platform.ts';
import { formTokenRoute } from './spam/form-token-route.ts';
import { createSpamProtection } from './spam/spam-protection.ts';
import { speechRoutes } from './speech/speech-routes.ts';
import { createUnderWay } from './under-way.ts';
import { reapUploads } from './uploads/reaper.ts';
import { uploadRoutes } from './uploads/upload-routes.ts';
import { createUploadService } from './uploads/upload-service.ts';

interface PlatformDeps {
  clock: () => Date;
  log: Logger;
  env: Environment;
  /** Missing where nobody is sent anything, such as on the command line. */
  metrics?: Metrics;
}

/** Opens the platform that the configuration names. Only its code is loaded: `local` needs no AWS SDK. */
export async function openPlatform(config: Config, deps: PlatformDeps): Promise<Platform> {
  if (config.INLET_PLATFORM === 'aws') {
    const { openAwsPlatform } = await import('./platform/aws/open-aws-platform.ts');
    return openAwsPlatform(config, deps);
  }
  const { openLocalPlatform } = await import('./platform/local/open-local-platform.ts');
  return openLocalPlatform(config, deps);
}

interface ServiceDeps {
  platform: Platform;
  metrics: Metrics;
  lifecycle: Lifecycle;
  log: Logger;
  clock: () => Date;
  version: string;
}

/** Everything that serves requests and works in the background, wired by hand. Holds no rule. */
export function composeService(config: Config, deps: ServiceDeps) {
  const { platform, metrics, lifecycle, log, clock, version } = deps;
  const { objectStore, uploadCatalogue, feedbackStore, notifier } = platform;
  const publicUrl = config.INLET_PUBLIC_URL?.replace(/\/$/, '');
  // Nobody's request says how the readers of a message reach the API; on this machine a fixed port does.
  const isHere = config.INLET_PLATFORM === 'local' && config.PORT !== 0;
  const messageUrl = publicUrl ?? (isHere ? `http://localhost:${config.PORT}` : undefined);
  const leaseMs = config.INLET_RELAY_LEASE_SECONDS * 1000;
  const keys = composeKeys(platform, clock);
  const links = createLinkSigner({
    secrets: platform.secrets,
    lifetimeSeconds: config.INLET_LINK_SECONDS,
    clock,
  });

  const uploads = createUploadService({
    objectStore,
    catalogue: uploadCatalogue,
    metrics,
    clock,
    randomId: randomUUID,
    allowedTypes: new Set(config.INLET_ALLOWED_TYPES),
    maxBytes: config.INLET_MAX_UPLOAD_BYTES,
    maxFiles: config.INLET_MAX_FILES,
    reapAfterMs: config.INLET_REAP_HOURS * 3_600_000,
    warn: (error, message) => log.warn({ err: error }, message),
  });
  const relay = createRelay({
    outbox: feedbackStore,
    notifier,
    toNotification: (record) =>
      toNotification(record, (id) => {
        const link = links.sign(`/v1/uploads/${id}/content`, {
          seconds: config.INLET_MESSAGE_LINK_SECONDS,
        });
        return messageUrl && `${messageUrl}${link}`;
      }),
    metrics,
    clock,
    random: Math.random,
    leaseMs,
    maxTries: config.INLET_RELAY_MAX_TRIES,
    log,
  });
  const subjectOf = createSubjects(platform.secrets);
  const proofs = createProofs({
    secrets: platform.secrets,
    audience: config.INLET_PROOF_AUDIENCE,
    lifetimeSeconds: config.INLET_PROOF_SECONDS,
    claims: platform.claims,
    clock,
    randomId: randomUUID,
  });
  const checksSpam = config.INLET_SPAM_CHECKS === 'on';
  const spam = createSpamProtection({
    isOn: checksSpam,
    secrets: platform.secrets,
    claims: platform.claims,
    metrics,
    clock,
    randomBytes,
    randomInt,
    allowedOrigins: config.INLET_ALLOWED_ORIGINS,
    minSeconds: config.INLET_FORM_MIN_SECONDS,
    maxSeconds: config.INLET_FORM_TOKEN_SECONDS,
    cost: config.INLET_POW_COST,
    maxCost: config.INLET_POW_MAX_COST,
  });
  const otp = composeOtp(config, { platform, proofs, subjectOf, metrics, clock, log });
  const { speech, ofFeedback } = composeSpeech(config, { platform, metrics, clock, log });
  const owners = createAttachmentOwners(platform.claims);
  const feedback = createFeedbackService({
    store: feedbackStore,
    outbox: feedbackStore,
    relay,
    uploads,
    owners,
    verification: createVerification({
      proofs,
      claims: platform.claims,
      subjectOf,
      verifiedForms: config.INLET_VERIFIED_FORMS,
      oneResponseForms: config.INLET_ONE_RESPONSE_FORMS,
    }),
    spamCheck: spam.check,
    speech: ofFeedback,
    metrics,
    clock,
    randomId: randomUUID,
    leaseMs,
  });

  const requests = createUnderWay();
  const limits = { maxBytes: config.INLET_MAX_UPLOAD_BYTES, maxFiles: config.INLET_MAX_FILES };
  const allowedOrigins = config.INLET_ALLOWED_ORIGINS;
  const routes = [
    ...uploadRoutes({ uploads, links, publicUrl, ...limits }),
    // Before `/v1/feedback/{id}`, which would take it for an id.
    formTokenRoute(spam),
    ...feedbackRoutes({
      feedback,
      outbox: feedbackStore,
      uploads,
      owners,
      speech: ofFeedback,
      senderAccess: createSenderAccess({ feedback, proofs, subjectOf, links, clock, randomId: randomUUID }),
      links,
      metrics,
      clock,
      allowedOrigins,
      publicUrl,
      honeypotField: checksSpam ? config.INLET_HONEYPOT_FIELD : undefined,
      ...limits,
    }),
    ...speechRoutes({ speech, links, publicUrl }),
    ...otpRoutes({ otp }),
    ...usageRoutes({ keys, plans: platform.planStore, meter: platform.usageMeter, clock }),
    healthRoute(lifecycle),
  ];
  const app = createApp({
    routes: routes.map((route) => ({ ...route, handle: (call) => requests.add(route.handle(call)) })),
    access: composeAccess(config, { platform, keys, links, metrics, requests, clock, log }),
    rateLimiters: composeRateLimiters(config, platform),
    rateLimited: (name) => metrics.rateLimited(name),
    bodyGuard: {
      stallSeconds: config.INLET_STALL_SECONDS,
      minBytesPerSecond: config.INLET_MIN_BYTES_PER_SECOND,
    },
    lifecycle,
    metrics,
    log,
    clock,
    version,
    release: config.INLET_RELEASE ?? version,
    allowedOrigins,
    trustedHops: config.INLET_TRUSTED_HOPS,
    webFolder: path.join(import.meta.dirname, '..', 'web'),
    servesPages: config.INLET_PLATFORM === 'local',
  });
  return {
    app,
    keys,
    relay,
    otp,
    speech,
    routes,
    requests,
    reap: () => reapUploads({ objectStore, catalogue: uploadCatalogue, clock }),
  };
}
