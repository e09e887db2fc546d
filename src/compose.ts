import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import type { Config, Environment } from './config.ts';
import { feedbackRoutes } from './feedback/feedback-routes.ts';
import { createFeedbackService } from './feedback/feedback-service.ts';
import { toNotification } from './feedback/notification.ts';
import { createRelay } from './feedback/relay.ts';
import { createVerification } from './feedback/verification.ts';
import { healthRoute } from './health/health-route.ts';
import type { Lifecycle } from './health/lifecycle.ts';
import { createLinkSigner } from './http/link-signer.ts';
import type { RateLimiter } from './http/rate-limit.ts';
import { createKeyService } from './keys/key-service.ts';
import type { Metrics } from './metrics/metrics.ts';
import { createProofs } from './otp/proofs.ts';
import { createSubjects } from './otp/subjects.ts';
import type { Platform } from './platform/platform.ts';
import { createSpamCheck } from './spam/create-spam-check.ts';
import { createUnderWay } from './under-way.ts';
import { reapUploads } from './uploads/reaper.ts';
import { uploadRoutes } from './uploads/upload-routes.ts';
import { createUploadService } from './uploads/upload-service.ts';

interface PlatformDeps {
  clock: () => Date;
  log: Logger;
  env: Environment;
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

/** The keys of a platform, for the service and for the command line. */
export function composeKeys(platform: Platform, clock: () => Date) {
  return createKeyService({ store: platform.keyStore, clock, randomBytes });
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
  const feedback = createFeedbackService({
    store: feedbackStore,
    outbox: feedbackStore,
    relay,
    uploads,
    verification: createVerification({
      proofs,
      claims: platform.claims,
      subjectOf,
      verifiedForms: config.INLET_VERIFIED_FORMS,
      oneResponseForms: config.INLET_ONE_RESPONSE_FORMS,
    }),
    spamCheck: createSpamCheck(),
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
    ...feedbackRoutes({
      feedback,
      outbox: feedbackStore,
      uploads,
      metrics,
      clock,
      allowedOrigins,
      publicUrl,
      honeypotField: config.INLET_HONEYPOT_FIELD,
      ...limits,
    }),
    healthRoute(lifecycle),
  ];
  const app = createApp({
    routes: routes.map((route) => ({ ...route, handle: (call) => requests.add(route.handle(call)) })),
    keys,
    links,
    rateLimiters: {
      uploads: limiterOf(platform, 'uploads', config.INLET_UPLOADS_PER_MINUTE),
      feedback: limiterOf(platform, 'feedback', config.INLET_FEEDBACK_PER_MINUTE),
    },
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
    routes,
    requests,
    reap: () => reapUploads({ objectStore, catalogue: uploadCatalogue, clock }),
  };
}

function limiterOf(platform: Platform, name: string, perMinute: number): RateLimiter | undefined {
  return perMinute === 0 ? undefined : platform.rateLimiter({ name, points: perMinute, seconds: 60 });
}
