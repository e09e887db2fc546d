import { createHash } from 'node:crypto';
import { AppError } from '../app-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Proven } from '../otp/proofs.ts';
import type { Evidence, SpamCheck } from '../spam/spam-check.ts';
import type { Reception } from '../uploads/reception.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import type { AttachmentOwners } from './attachment-owners.ts';
import type { FeedbackRecord } from './feedback-record.ts';
import type { FeedbackInput } from './feedback-schemas.ts';
import type { FeedbackStore } from './feedback-store.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Relay } from './relay.ts';
import type { Verification } from './verification.ts';

export interface Submission {
  input: FeedbackInput;
  /** The files that came along, stored but not yet shown. */
  attachments: Reception;
  idempotencyKey?: string | undefined;
  /** That the sender can read at an address. */
  proof?: string | undefined;
  /** What is held against spam. Undefined for a sender who is trusted. */
  evidence: Evidence | undefined;
}

/**
 * Keeps the feedback and sees to it that it is notified, unless it is suspicious: then it waits in quarantine.
 * Resolves once the record is durable; a replay resolves with the record of the first time. Rejects with
 * `idempotency_mismatch`, `validation_failed` (an upload that is not there), a problem of the proof,
 * `already_responded` or `store_unavailable`; the attachments are gone then.
 */
export type Intake = (submission: Submission) => Promise<{ record: FeedbackRecord; replayed: boolean }>;

export interface IntakeDeps {
  store: FeedbackStore;
  relay: Relay;
  uploads: UploadService;
  owners: AttachmentOwners;
  verification: Verification;
  spamCheck: SpamCheck;
  metrics: Pick<Metrics, 'feedback' | 'suspicion'>;
  clock: () => Date;
  randomId: () => string;
  /** How long this process may take to notify before another one may. */
  leaseMs: number;
}

/** The same key always names the same record: that is what makes intake one conditional put. */
function idFor(idempotencyKey: string): string {
  const hex = createHash('sha256').update(`feedback\n${idempotencyKey}`).digest('hex');
  // A UUID of version 8, for ids that an application derives itself (RFC 9562 section 5.8).
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * Whether the store holds what this request put, and not an earlier request under the same key. What `put`
 * says does not tell: a client of the store that got no answer puts again, and then finds its own record.
 */
function isSame(there: FeedbackRecord, put: FeedbackRecord): boolean {
  return (
    there.receivedAt === put.receivedAt &&
    there.fingerprint === put.fingerprint &&
    there.uploads.join() === put.uploads.join()
  );
}

export function createIntake(deps: IntakeDeps): Intake {
  const { store, relay, uploads, owners, verification, metrics, clock } = deps;

  async function checkUploads(ids: string[]): Promise<void> {
    const errors = [];
    for (const [index, id] of ids.entries()) {
      const found = await uploads.get(id).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'upload_not_found') return undefined;
        throw error;
      });
      if (!found) errors.push({ pointer: `/uploads/${index}`, detail: 'There is no such upload.' });
    }
    if (errors.length > 0) throw new AppError('validation_failed', undefined, { errors });
  }

  type Judged = Pick<FeedbackRecord, 'id' | 'fingerprint' | 'suspicions'> & { proven: Proven | undefined };

  function toRecord(input: FeedbackInput, { proven, ...judged }: Judged): FeedbackRecord {
    const now = clock();
    const { rating, name, email, page, ...rest } = input;
    const isHeld = judged.suspicions.length > 0;
    return {
      ...judged,
      receivedAt: now.toISOString(),
      ...rest,
      ...(rating !== undefined && { rating }),
      ...(name !== undefined && { name }),
      ...(email !== undefined && { email }),
      ...(page !== undefined && { page }),
      status: isHeld ? 'quarantined' : 'new',
      verified: proven !== undefined,
      ...(proven && { verifiedBy: { channel: proven.channel, subject: proven.subject } }),
      delivery: {
        tries: 0,
        attempts: [],
        ...(isHeld
          ? { state: 'held' }
          : // This process holds the lease from the start, because it notifies right after the commit.
            { state: 'due', dueAt: new Date(now.getTime() + deps.leaseMs).toISOString() }),
      },
    };
  }

  async function replay(record: FeedbackRecord, fingerprint: string, attachments: Reception) {
    await attachments.abandon();
    if (record.fingerprint !== fingerprint) throw new AppError('idempotency_mismatch');
    metrics.feedback('replayed');
    return { record, replayed: true };
  }

  /**
   * Puts the record and answers with the one that is there now. A put that fails may have been carried out all
   * the same, and a later replay would then promise the attachments too: they are only taken back once the
   * record is known not to be there. So is the proof.
   */
  async function commit(record: FeedbackRecord, attachments: Reception, giveUp: () => Promise<void>) {
    try {
      return (await store.put(record)).record;
    } catch (error) {
      const there = await store.get(record.id).catch(() => 'unknown' as const);
      if (there === undefined) await Promise.all([attachments.abandon(error), giveUp()]);
      if (there === undefined || there === 'unknown') throw error;
      return there;
    }
  }

  return async ({ input, attachments, idempotencyKey, proof, evidence }) => {
    const id = idempotencyKey === undefined ? deps.randomId() : idFor(idempotencyKey);
    const fingerprint = fingerprintOf(input, attachments.files());
    const { form } = input;
    let proven: Proven | undefined;
    let suspicions: FeedbackRecord['suspicions'] = [];
    /**
     * Lets go of what this request held. Under an idempotency key the same request may use its proof and its
     * uploads again, and may have succeeded already elsewhere, so those stay with it. If the store fails here
     * too, they stay taken: the sender verifies the address again.
     */
    async function giveBack(attached: string[]): Promise<void> {
      const isAlone = idempotencyKey === undefined;
      await owners.release([...(isAlone ? input.uploads : []), ...attached], id).catch(() => {});
      // Under an idempotency key the same solution is good for the same request anyhow.
      if (evidence && isAlone) await deps.spamCheck.giveBack(evidence, form, id).catch(() => {});
      if (!proven) return;
      const isKept = async () => (await store.get(id)) !== undefined;
      const givenBack = isAlone
        ? verification.giveBack(proven, form, id)
        : verification.yield(proven, form, id, isKept);
      await givenBack.catch(() => {});
    }
    const attachedIds = () => attachments.files().map((upload) => upload.id);
    try {
      // A replay is looked for first, so that it neither shows its attachments nor is judged again.
      const earlier = idempotencyKey === undefined ? undefined : await store.get(id);
      if (earlier) return replay(earlier, fingerprint, attachments);
      await checkUploads(input.uploads);
      proven = await verification.check(input, proof);
      if (evidence) suspicions = await deps.spamCheck.assess(evidence, form, id);
      if (proven) await verification.take(proven, form, id);
      // Before anybody can see them, and make them their own.
      await owners.claim([...input.uploads, ...attachedIds()], id);
      await attachments.complete({});
    } catch (error) {
      const attached = attachedIds();
      await attachments.abandon(error);
      await giveBack(attached);
      throw error;
    }
    const attached = attachedIds();
    const uploadIds = [...new Set([...input.uploads, ...attached])];
    const record = toRecord({ ...input, uploads: uploadIds }, { id, fingerprint, suspicions, proven });
    const there = await commit(record, attachments, () => giveBack(attached));
    if (!isSame(there, record)) {
      await owners.release(attached, id).catch(() => {});
      return replay(there, fingerprint, attachments);
    }
    // It is kept, so nothing that goes wrong here changes the answer.
    if (proven) await verification.hold(proven, form, id).catch(() => {});
    for (const reason of suspicions) metrics.suspicion(reason);
    metrics.feedback(suspicions.length > 0 ? 'quarantined' : 'accepted');
    if (there.delivery.state === 'due') relay.publish(there);
    return { record: there, replayed: false };
  };
}
