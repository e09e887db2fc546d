import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import { composeFeedback } from './compose/compose-feedback.ts';
import { composeAccess, composeKeys } from './compose/compose-keys.ts';
import { composeOtp } from './compose/compose-otp.ts';
import { composeRateLimiters } from './compose/compose-rate-limiters.ts';
import { composeSpeech } from './compose/compose-speech.ts';
import type { Config, Environment } from './config.ts';
import { healthRoute } from './health/health-route.ts';
import type { Lifecycle } from './health/lifecycle.ts';
import { createLinkSigner } from './http/link-signer.ts';
import { usageRoutes } from './keys/usage-routes.ts';
import type { Metrics } from './metrics/metrics.ts';
import { otpRoutes } from './otp/otp-routes.ts';
import { createProofs } from './otp/proofs.ts';
import { createSubjects } from './otp/subjects.ts';
import type { Platform } from './platform/platform.ts';
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
  const { objectStore, uploadCatalogue } = platform;
  const publicUrl = config.INLET_PUBLIC_URL?.replace(/\/$/, '');
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
  const subjectOf = createSubjects(platform.secrets);
  const proofs = createProofs({
    secrets: platform.secrets,
    audience: config.INLET_PROOF_AUDIENCE,
    lifetimeSeconds: config.INLET_PROOF_SECONDS,
    claims: platform.claims,
    clock,
    randomId: randomUUID,
  });
  const otp = composeOtp(config, { platform, proofs, subjectOf, metrics, clock, log });
  const { speech, ofFeedback } = composeSpeech(config, { platform, metrics, clock, log });
  const feedback = composeFeedback(config, {
    platform,
    uploads,
    proofs,
    subjectOf,
    speech: ofFeedback,
    links,
    publicUrl,
    metrics,
    clock,
    log,
  });

  const requests = createUnderWay();
  const limits = { maxBytes: config.INLET_MAX_UPLOAD_BYTES, maxFiles: config.INLET_MAX_FILES };
  const routes = [
    ...uploadRoutes({ uploads, links, publicUrl, ...limits }),
    ...feedback.routes,
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
    allowedOrigins: config.INLET_ALLOWED_ORIGINS,
    trustedHops: config.INLET_TRUSTED_HOPS,
    webFolder: path.join(import.meta.dirname, '..', 'web'),
    servesPages: config.INLET_PLATFORM === 'local',
  });
  return {
    app,
    keys,
    relay: feedback.relay,
    otp,
    speech,
    routes,
    requests,
    reap: () => reapUploads({ objectStore, catalogue: uploadCatalogue, clock }),
  };
}
