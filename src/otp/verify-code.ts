import { AppError } from '../app-error.ts';
import type { VerificationOutcome } from '../metrics/metric-definitions.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { subjectOfChallenge } from './challenge-id.ts';
import { type ChangeDeps, changeSubject, type SeenSubject } from './change-subject.ts';
import type { Channel } from './channel.ts';
import type { Codes } from './codes.ts';
import { dayMs, recent, triesLeft, waitForTry } from './limits.ts';
import type { SentCode } from './otp-store.ts';
import type { Proofs } from './proofs.ts';

export interface VerifyCodeDeps extends ChangeDeps {
  codes: Codes;
  proofs: Pick<Proofs, 'issue'>;
  metrics: Pick<Metrics, 'verification'>;
}

/**
 * Compares a code with the one that was sent under the id, and gives the proof if it is right. Throws
 * `code_not_found`, `code_used`, `code_expired`, `tries_exhausted`, `code_wrong` or `store_unavailable`.
 */
export function createVerifyCode(deps: VerifyCodeDeps) {
  const { codes, proofs } = deps;

  function refuse(outcome: VerificationOutcome, error: AppError, channel?: Channel): never {
    deps.metrics.verification(channel ?? 'none', outcome);
    throw error;
  }

  /** The code of this id, if it may still be used. */
  function usable(seen: SeenSubject, id: string, now: number): SentCode {
    const sent = seen.codes.find((code) => code.id === id);
    if (!sent) return refuse('unknown', new AppError('code_not_found'));
    // Once (NIST SP 800-63B-4 section 3.1.3.2, OWASP ASVS 5.0 6.5.1), and for ten minutes (there, and 6.5.5).
    if (sent.usedAt !== undefined) return refuse('used', new AppError('code_used'), sent.channel);
    if (sent.expiresAt <= now) return refuse('expired', new AppError('code_expired'), sent.channel);
    return sent;
  }

  /**
   * Takes one of the tries, before anything is compared: of many who try at once, only as many as there are tries
   * get this far (NIST SP 800-63B-4 section 3.2.2, OWASP ASVS 5.0 6.6.3).
   */
  function reserveTry(id: string): Promise<{ sent: SentCode; left: number }> {
    return changeSubject(deps, subjectOfChallenge(id), (seen, now) => {
      const sent = usable(seen, id, now);
      const wait = waitForTry(seen.tries, now);
      if (wait > 0) {
        const retryAfter = Math.ceil(wait / 1000);
        const detail = `Try again in ${retryAfter} seconds.`;
        return refuse('exhausted', new AppError('tries_exhausted', detail, { retryAfter }), sent.channel);
      }
      const tries = [...recent(seen.tries, dayMs, now), now];
      return { changed: { tries }, keepMs: dayMs, result: { sent, left: triesLeft(tries, now) } };
    });
  }

  /** Of two who are right at the same moment one finds the code used. */
  function markUsed(id: string): Promise<void> {
    return changeSubject(deps, subjectOfChallenge(id), (seen, now) => {
      const used = usable(seen, id, now);
      const marked = seen.codes.map((code) => (code === used ? { ...code, usedAt: now } : code));
      return { changed: { codes: marked }, keepMs: dayMs, result: undefined };
    });
  }

  return async (id: string, code: string): Promise<{ proof: string; expiresAt: string }> => {
    const { sent, left } = await reserveTry(id);
    const { channel, purpose } = sent;
    const subject = subjectOfChallenge(id);
    if (!codes.isRight(code, { id, purpose, subject }, sent.hash)) {
      const detail = left === 1 ? '1 try is left.' : `${left} tries are left.`;
      return refuse('wrong', new AppError('code_wrong', detail), channel);
    }
    await markUsed(id);
    const proven = await proofs.issue({ subject, channel, purpose });
    deps.metrics.verification(channel, 'verified');
    return proven;
  };
}
