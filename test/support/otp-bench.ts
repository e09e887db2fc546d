import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Claims } from '../../src/ledger/claims.ts';
import type { Channel } from '../../src/otp/channel.ts';
import type { CodeMessage, CodeSender } from '../../src/otp/code-sender.ts';
import { createCodes } from '../../src/otp/codes.ts';
import { createOtpService } from '../../src/otp/otp-service.ts';
import type { OtpStore } from '../../src/otp/otp-store.ts';
import { createProofs } from '../../src/otp/proofs.ts';
import { createClientSubjects, createSubjects } from '../../src/otp/subjects.ts';

interface OtpBenchOptions {
  store: OtpStore;
  claims: Claims;
  secrets?: string[];
  addressPerHour?: number;
  clientPerHour?: number;
  /** What becomes of a message. */
  send?: (message: CodeMessage) => Promise<'sent' | 'opted_out'>;
  /** Waits. Without it none is longer than 20 ms. */
  pause?: (ms: number, signal?: AbortSignal) => Promise<void>;
  notice?: string;
}

/** The service of codes over a real store, with a clock that a test moves, and everything that it does noted. */
export function otpBench({ store, claims, ...options }: OtpBenchOptions) {
  const secrets = options.secrets ?? ['a secret that is only good for tests'];
  const now = new Date('2026-03-01T12:00:00.000Z');
  const clock = () => new Date(now);
  const sent: CodeMessage[] = [];
  /** Every call of a port, in order. */
  const calls: string[] = [];
  const counted: string[] = [];
  const logged: { details: object; message: string }[] = [];
  let compared = 0;

  const senderOf = (channel: Channel): CodeSender => ({
    channel,
    ...(options.notice !== undefined && { notice: options.notice }),
    async send(message) {
      calls.push('send');
      const outcome = await (options.send?.(message) ?? 'sent');
      sent.push(message);
      return outcome;
    },
    async check() {},
  });
  const otp = createOtpService({
    store: {
      get(key, at) {
        calls.push(`get ${key.split(' ').length === 2 ? 'client' : 'address'}`);
        return store.get(key, at);
      },
      put(subject, seen, at) {
        calls.push(`put over ${seen}`);
        return store.put(subject, seen, at);
      },
      check: () => store.check(),
    },
    senders: { email: senderOf('email'), sms: senderOf('sms') },
    codes: createCodes({
      secrets,
      randomInt,
      compare(a, b) {
        compared++;
        return timingSafeEqual(a, b);
      },
    }),
    proofs: createProofs({
      secrets,
      audience: 'tests',
      lifetimeSeconds: 1800,
      claims,
      clock,
      randomId: () => createHmac('sha256', 'id').update(randomBytes(8)).digest('hex'),
    }),
    subjectOf: createSubjects(secrets),
    clientSubjectOf: createClientSubjects(secrets),
    addressPerHour: options.addressPerHour ?? 100,
    clientPerHour: options.clientPerHour ?? 1000,
    randomBytes,
    random: Math.random,
    pause: options.pause ?? ((ms, signal) => delay(Math.min(ms, 20), undefined, { signal }).catch(() => {})),
    metrics: {
      code: (channel, outcome) => void counted.push(`code ${channel} ${outcome}`),
      verification: (channel, outcome) => void counted.push(`verification ${channel} ${outcome}`),
      rateLimited: (rule) => void counted.push(`limited ${rule}`),
    },
    clock,
    log: { warn: (details, message) => void logged.push({ details, message }) },
  });

  return {
    otp,
    sent,
    calls,
    counted,
    logged,
    clock,
    compared: () => compared,
    now: () => now.toISOString(),
    pass: (seconds: number) => void now.setTime(now.getTime() + seconds * 1000),
    /** How many of the noted outcomes are this one. */
    count: (outcome: string) => counted.filter((one) => one === outcome).length,
    /** Asks for a code and gives it with its challenge, once it was sent. */
    async request({ channel = 'sms' as Channel, to = '+4915123456789', client = '192.0.2.1' } = {}) {
      const requested = await otp.request({ channel, to, purpose: 'feedback' }, client);
      await delivered(requested.id);
      return { ...requested, code: sent.find(({ id }) => id === requested.id)?.code ?? '' };
    },
  };

  async function delivered(id: string): Promise<void> {
    while (!sent.some((message) => message.id === id)) await delay(1);
  }
}

/** Another code of the same length. */
export function wrongFor(code: string, by = 1): string {
  return String((Number(code) + by) % 10 ** code.length).padStart(code.length, '0');
}
