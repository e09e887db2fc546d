import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { createCodes } from '../otp/codes.ts';
import { createOtpService, type OtpServiceDeps } from '../otp/otp-service.ts';
import { createClientSubjects } from '../otp/subjects.ts';

interface OtpDeps extends Pick<OtpServiceDeps, 'proofs' | 'subjectOf' | 'metrics' | 'clock' | 'log'> {
  /** What codes need of a platform. */
  platform: {
    secrets: readonly string[];
    otpStore: OtpServiceDeps['store'];
    codeSenders: OtpServiceDeps['senders'];
  };
}

const noop = () => {};

/** One-time codes, wired by hand. Holds no rule. */
export function composeOtp(config: Config, { platform, ...deps }: OtpDeps) {
  const { secrets, otpStore, codeSenders } = platform;
  return createOtpService({
    ...deps,
    store: otpStore,
    senders: codeSenders,
    codes: createCodes({ secrets, randomInt, compare: timingSafeEqual }),
    clientSubjectOf: createClientSubjects(secrets),
    addressPerHour: config.INLET_OTP_ADDRESS_PER_HOUR,
    clientPerHour: config.INLET_OTP_CLIENT_PER_HOUR,
    randomBytes,
    random: Math.random,
    // A pause that is cut short is over.
    pause: (ms: number, signal?: AbortSignal) => delay(ms, undefined, { signal }).then(noop, noop),
  });
}
