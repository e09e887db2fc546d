import { AppError } from '../app-error.ts';
import type { LinkSigner } from '../http/link-signer.ts';
import type { Proofs, Proven } from '../otp/proofs.ts';
import type { SubjectOf } from '../otp/subjects.ts';
import type { FeedbackRecord } from './feedback-record.ts';
import type { FeedbackService } from './feedback-service.ts';

/** The purpose that a proof must have been made for. One that was made to send feedback opens nothing. */
export const accessPurpose = 'access';

/** How long a sender may see, export and delete with one proof. */
export const accessSeconds = 15 * 60;

/** Where a sender finds what they sent. Each link is signed for one method. */
export interface SenderLinks {
  /** For GET: what was sent. */
  self: string;
  /** For GET: all of it in one file. */
  export: string;
  /** For DELETE. */
  remove: string;
}

export interface SenderAccess {
  /**
   * Gives whoever has the receipt and has proved the address the links to their feedback, as paths, and uses
   * the proof up. Rejects with `feedback_not_found` both for an id that is unknown and for feedback of somebody
   * else, with `proof_invalid`, `proof_expired`, `proof_used` or `store_unavailable`.
   *
   * A proof that opened nothing stays good. Guessing ids with it tells nothing, because both refusals are the
   * same and ids are random; using it up would only cost a code each time somebody mistypes their receipt.
   */
  open(id: string, proof: string): Promise<{ links: SenderLinks; expiresAt: string }>;
}

interface SenderAccessDeps {
  feedback: Pick<FeedbackService, 'get'>;
  proofs: Proofs;
  subjectOf: SubjectOf;
  links: LinkSigner;
  clock: () => Date;
  randomId: () => string;
}

/** The path of what a sender sent. */
export const sentPath = (id: string) => `/v1/feedback/${id}/sent`;

export function createSenderAccess(deps: SenderAccessDeps): SenderAccess {
  const { feedback, proofs, subjectOf, links } = deps;

  /**
   * Verified feedback belongs to the address that verified it, and to no other. What somebody sent unverified
   * belongs to the mailbox that they named: its owner is the person whom the data is about, whoever typed the
   * address (GDPR Article 15), and needs the receipt besides, which only the sender was given.
   */
  function belongsTo({ verifiedBy, email }: FeedbackRecord, { subject }: Proven): boolean {
    if (verifiedBy) return verifiedBy.subject === subject;
    return email !== undefined && subjectOf('email', email) === subject;
  }

  return {
    async open(id, proof) {
      const proven = await proofs.check(proof, accessPurpose);
      const record = await feedback.get(id);
      if (!belongsTo(record, proven)) throw new AppError('feedback_not_found');
      // Each request is an owner of its own: not even for the same feedback is a proof good twice.
      await proofs.use(proven, deps.randomId());
      const expiresAt = new Date(Math.floor(deps.clock().getTime() / 1000 + accessSeconds) * 1000);
      const self = sentPath(id);
      return {
        links: {
          self: links.sign(self, { seconds: accessSeconds }),
          export: links.sign(`${self}/export`, { seconds: accessSeconds }),
          remove: links.sign(self, { seconds: accessSeconds, method: 'DELETE' }),
        },
        expiresAt: expiresAt.toISOString(),
      };
    },
  };
}
