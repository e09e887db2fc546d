import { AppError } from '../app-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { makeChallengeId } from './challenge-id.ts';
import { type ChangeDeps, changeSubject } from './change-subject.ts';
import type { Channel } from './channel.ts';
import type { CodeDelivery } from './code-delivery.ts';
import type { CodeSender } from './code-sender.ts';
import type { Codes } from './codes.ts';
import { parseDestination } from './destination.ts';
import {
  codeLifetimeMs,
  dayMs,
  goodCodes,
  recent,
  requestWindowMs,
  waitForCooldown,
  waitForRequest,
} from './limits.ts';
import type { ClientSubjectOf, SubjectOf } from './subjects.ts';

export interface CodeRequest {
  channel: Channel;
  to: string;
  purpose: string;
}

/** What everybody who asks is told, whether or not the address can be reached. Times are ISO 8601. */
export interface RequestedCode {
  id: string;
  expiresAt: string;
  /** From when on another code may be asked for. */
  resendAfter: string;
  notice?: string;
}

export interface RequestCodeDeps extends ChangeDeps {
  senders: Partial<Record<Channel, CodeSender>>;
  delivery: Pick<CodeDelivery, 'deliver'>;
  codes: Codes;
  subjectOf: SubjectOf;
  clientSubjectOf: ClientSubjectOf;
  randomBytes: (size: number) => Buffer;
  /** Codes an hour for one address. */
  addressPerHour: number;
  /** Codes an hour for one client. */
  clientPerHour: number;
  metrics: Pick<Metrics, 'rateLimited'>;
}

/**
 * Makes a code, keeps its hash, and answers; the sender is asked afterwards, so that neither the answer nor its
 * time can tell who can be reached. `client` is the caller's address as `clientKey` gives it. Throws
 * `validation_failed`, `channel_unavailable`, `rate_limited` or `store_unavailable`; nothing is sent then.
 */
export function createRequestCode(deps: RequestCodeDeps) {
  const { codes, metrics } = deps;

  function refuse(rule: string, waitMs: number): never {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    metrics.rateLimited(rule);
    throw new AppError('rate_limited', `Try again in ${seconds} seconds.`, { retryAfter: seconds });
  }

  /** Counted in the store of the codes, and nowhere else: while it is down, no code is sent. */
  function countClient(client: string): Promise<void> {
    return changeSubject(deps, deps.clientSubjectOf(client), ({ requests }, now) => {
      const wait = waitForRequest(requests, deps.clientPerHour, now);
      if (wait > 0) refuse('otp_client', wait);
      const counted = [...recent(requests, requestWindowMs, now), now];
      return { changed: { requests: counted }, keepMs: requestWindowMs, result: undefined };
    });
  }

  return async ({ channel, to, purpose }: CodeRequest, client: string): Promise<RequestedCode> => {
    const { address } = parseDestination(channel, to);
    const sender = deps.senders[channel];
    if (!sender) throw new AppError('channel_unavailable');
    await countClient(client);

    const subject = deps.subjectOf(channel, address);
    const id = makeChallengeId(subject, deps.randomBytes);
    const code = codes.make(channel);
    // The code belongs to this challenge and purpose alone (OWASP ASVS 5.0 6.6.2).
    const hash = codes.hash(code, { id, purpose, subject });
    const { sentAt, resendAfter } = await changeSubject(deps, subject, (seen, now) => {
      const wait = waitAt(seen.requests, now);
      if (wait > 0) refuse('otp_address', wait);
      const requests = [...recent(seen.requests, requestWindowMs, now), now];
      const sent = { id, hash, channel, purpose, sentAt: now, expiresAt: now + codeLifetimeMs };
      return {
        // The tries stay as they are: a new code does not reset them.
        changed: { requests, codes: [...seen.codes, sent].slice(-goodCodes) },
        keepMs: dayMs,
        result: { sentAt: now, resendAfter: now + waitAt(requests, now) },
      };
    });
    deps.delivery.deliver(sender, {
      id,
      to: address,
      subject,
      code,
      lifetimeSeconds: codeLifetimeMs / 1000,
      expiresAt: sentAt + codeLifetimeMs,
    });
    return {
      id,
      expiresAt: new Date(sentAt + codeLifetimeMs).toISOString(),
      resendAfter: new Date(resendAfter).toISOString(),
      ...(sender.notice !== undefined && { notice: sender.notice }),
    };
  };

  function waitAt(requests: readonly number[], now: number): number {
    return Math.max(waitForCooldown(requests, now), waitForRequest(requests, deps.addressPerHour, now));
  }
}
