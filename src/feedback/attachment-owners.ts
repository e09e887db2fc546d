import type { Claims } from '../ledger/claims.ts';

/**
 * Which feedback an upload belongs to: the first one that it was attached to. Others may name it by its id, but
 * it does not go when they do, and their senders get no links to it. Otherwise whoever has seen a link to
 * somebody's picture could attach it to feedback of their own, and delete it with that.
 */
export interface AttachmentOwners {
  /** Makes the feedback the owner of those uploads that have none, and answers with all that it owns. */
  claim(uploads: readonly string[], feedbackId: string): Promise<string[]>;
  /** Lets go of those that the feedback owns. */
  release(uploads: readonly string[], feedbackId: string): Promise<void>;
}

export function createAttachmentOwners(claims: Claims): AttachmentOwners {
  const nameOf = (upload: string) => `attachment ${upload}`;
  return {
    async claim(uploads, feedbackId) {
      const holders = await Promise.all(uploads.map((upload) => claims.claim(nameOf(upload), feedbackId)));
      return uploads.filter((_, index) => holders[index] === feedbackId);
    },
    async release(uploads, feedbackId) {
      await Promise.all(uploads.map((upload) => claims.release(nameOf(upload), feedbackId)));
    },
  };
}
