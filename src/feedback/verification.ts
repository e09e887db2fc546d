import { AppError } from '../app-error.ts';
import type { Claims } from '../ledger/claims.ts';
import type { Proofs, Proven } from '../otp/proofs.ts';
import type { SubjectOf } from '../otp/subjects.ts';
import type { FeedbackRecord } from './feedback-record.ts';
import type { FeedbackInput } from './feedback-schemas.ts';

/** The purpose that a proof must have been made for. */
export const feedbackPurpose = 'feedback';

/** Holds feedback to what its sender has proved. */
export interface Verification {
  /**
   * What the proof says; undefined without one. Throws `proof_required` if the form needs one, `proof_invalid`
   * (also if it is for another address than the given `email`) or `proof_expired`.
   */
  check(input: FeedbackInput, proof: string | undefined): Promise<Proven | undefined>;
  /** Uses the proof, and the one response of the address, up. Throws `proof_used` or `already_responded`. */
  take(proven: Proven, form: string, feedbackId: string): Promise<void>;
  /** Undoes `take`, for feedback that was not kept after all. */
  giveBack(proven: Proven, form: string, feedbackId: string): Promise<void>;
  /**
   * Undoes `take` for a request that may be repeated under its idempotency key: the proof stays with it, while the
   * address may respond otherwise. `isKept` tells whether the feedback is there after all, sent by the same request
   * elsewhere at the same moment, whose response this is then.
   */
  yield(proven: Proven, form: string, feedbackId: string, isKept: () => Promise<boolean>): Promise<void>;
  /** Holds the response of feedback that is kept, in case a `yield` of the same request came in between. */
  hold(proven: Proven, form: string, feedbackId: string): Promise<void>;
  /** Lets the address respond again, after its feedback was removed. */
  forget(record: FeedbackRecord): Promise<void>;
}

interface VerificationDeps {
  proofs: Proofs;
  claims: Claims;
  subjectOf: SubjectOf;
  /** Forms that need a proof. */
  verifiedForms: readonly string[];
  /** Forms that take one response an address, and so need a proof too. */
  oneResponseForms: readonly string[];
}

export function createVerification(deps: VerificationDeps): Verification {
  const { proofs, claims, subjectOf } = deps;
  // Case tells no forms apart here: `Survey` would be a way around what is asked of `survey`.
  const lists = (forms: readonly string[]) => new Set(forms.map((form) => form.toLowerCase()));
  const oneResponse = lists(deps.oneResponseForms);
  const verified = lists(deps.verifiedForms);
  const takesOne = (form: string) => oneResponse.has(form.toLowerCase());
  const responseOf = (form: string, subject: string) => `response ${form.toLowerCase()} ${subject}`;

  async function hold({ subject }: Proven, form: string, feedbackId: string): Promise<void> {
    if (takesOne(form)) await claims.claim(responseOf(form, subject), feedbackId);
  }

  return {
    async check({ form, email }, proof) {
      if (proof === undefined) {
        if (takesOne(form) || verified.has(form.toLowerCase())) throw new AppError('proof_required');
        return undefined;
      }
      const proven = await proofs.check(proof, feedbackPurpose);
      const isForOther = email !== undefined && subjectOf('email', email) !== proven.subject;
      if (proven.channel === 'email' && isForOther) {
        throw new AppError('proof_invalid', 'The proof is for another address than `email`.');
      }
      return proven;
    },

    async take(proven, form, feedbackId) {
      await proofs.use(proven, feedbackId);
      if (!takesOne(form)) return;
      const holder = await claims.claim(responseOf(form, proven.subject), feedbackId);
      if (holder !== feedbackId) {
        await proofs.giveBack(proven, feedbackId);
        throw new AppError('already_responded');
      }
    },

    async giveBack(proven, form, feedbackId) {
      await claims.release(responseOf(form, proven.subject), feedbackId);
      await proofs.giveBack(proven, feedbackId);
    },

    async yield(proven, form, feedbackId, isKept) {
      // Looked at first too: what is let go of even for a moment, another response may take.
      if (await isKept()) return;
      await claims.release(responseOf(form, proven.subject), feedbackId);
      if (await isKept()) await hold(proven, form, feedbackId);
    },

    hold,

    async forget({ id, form, verifiedBy }) {
      if (verifiedBy) await claims.release(responseOf(form, verifiedBy.subject), id);
    },
  };
}
