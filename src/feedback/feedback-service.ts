import { createHash } from 'node:crypto';
import { AppError } from '../app-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { type Page, type PageRequest, toPage } from '../page.ts';
import type { Reception } from '../uploads/reception.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import type { FeedbackRecord, FeedbackStatus } from './feedback-record.ts';
import type { FeedbackInput } from './feedback-schemas.ts';
import type { FeedbackFilter, FeedbackStore } from './feedback-store.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Relay } from './relay.ts';

export interface Submission {
  input: FeedbackInput;
  /** The files that came along, stored but not yet shown. */
  attachments: Reception;
  idempotencyKey?: string | undefined;
}

export interface FeedbackService {
  /**
   * Keeps the feedback and sees to it that it is notified. Resolves once the record is durable; a replay
   * resolves with the record of the first time. Rejects with `idempotency_mismatch`, `validation_failed`
   * (an upload that is not there) or `store_unavailable`; the attachments are gone then.
   */
  submit(submission: Submission): Promise<{ record: FeedbackRecord; replayed: boolean }>;
  /** Rejects with `feedback_not_found`, like all that follow. */
  get(id: string): Promise<FeedbackRecord>;
  list(filter: FeedbackFilter, page: PageRequest): Promise<Page<FeedbackRecord>>;
  /** Every record that passes the filter, newest first, read page by page. */
  all(filter: FeedbackFilter): AsyncIterable<FeedbackRecord>;
  setStatus(id: string, status: FeedbackStatus): Promise<FeedbackRecord>;
  /** Removes the record and its attachments. */
  remove(id: string): Promise<void>;
}

interface FeedbackServiceDeps {
  store: FeedbackStore;
  relay: Relay;
  uploads: UploadService;
  metrics: Pick<Metrics, 'feedback'>;
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

export function createFeedbackService(deps: FeedbackServiceDeps): FeedbackService {
  const { store, relay, uploads, metrics, clock } = deps;

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

  function toRecord(id: string, input: FeedbackInput, fingerprint: string): FeedbackRecord {
    const now = clock();
    const { rating, name, email, page, ...rest } = input;
    return {
      id,
      receivedAt: now.toISOString(),
      ...rest,
      ...(rating !== undefined && { rating }),
      ...(name !== undefined && { name }),
      ...(email !== undefined && { email }),
      ...(page !== undefined && { page }),
      status: 'new',
      verified: false,
      fingerprint,
      // This process holds the lease from the start, because it notifies right after the commit.
      delivery: {
        state: 'due',
        dueAt: new Date(now.getTime() + deps.leaseMs).toISOString(),
        tries: 0,
        attempts: [],
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
   * record is known not to be there.
   */
  async function commit(record: FeedbackRecord, attachments: Reception): Promise<FeedbackRecord> {
    try {
      return (await store.put(record)).record;
    } catch (error) {
      const there = await store.get(record.id).catch(() => 'unknown' as const);
      if (there === undefined) await attachments.abandon(error);
      if (there === undefined || there === 'unknown') throw error;
      return there;
    }
  }

  async function get(id: string): Promise<FeedbackRecord> {
    const record = await store.get(id);
    if (!record) throw new AppError('feedback_not_found');
    return record;
  }

  async function list(filter: FeedbackFilter, { limit, after }: PageRequest): Promise<Page<FeedbackRecord>> {
    const found = await store.list(filter, { limit: limit + 1, after });
    return toPage(found, limit, ({ receivedAt, id }) => ({ at: receivedAt, id }));
  }

  return {
    async submit({ input, attachments, idempotencyKey }) {
      const id = idempotencyKey === undefined ? deps.randomId() : idFor(idempotencyKey);
      const fingerprint = fingerprintOf(input, attachments.files());
      try {
        // A replay is looked for first, so that it neither shows its attachments nor checks its uploads again.
        const earlier = idempotencyKey === undefined ? undefined : await store.get(id);
        if (earlier) return replay(earlier, fingerprint, attachments);
        await checkUploads(input.uploads);
        await attachments.complete({});
      } catch (error) {
        await attachments.abandon(error);
        throw error;
      }
      const attached = attachments.files().map((upload) => upload.id);
      const uploadIds = [...new Set([...input.uploads, ...attached])];
      const record = toRecord(id, { ...input, uploads: uploadIds }, fingerprint);
      const there = await commit(record, attachments);
      if (!isSame(there, record)) return replay(there, fingerprint, attachments);
      metrics.feedback('accepted');
      relay.publish(there);
      return { record: there, replayed: false };
    },
    get,
    list,
    async *all(filter) {
      let page: Page<FeedbackRecord> | undefined;
      do {
        page = await list(filter, { limit: 500, after: page?.next });
        yield* page.items;
      } while (page.next);
    },
    async setStatus(id, status) {
      const record = await store.setStatus(id, status);
      if (!record) throw new AppError('feedback_not_found');
      return record;
    },
    async remove(id) {
      const record = await get(id);
      // Attachments first: if this breaks off, the record still says what is left to remove.
      for (const upload of record.uploads) {
        await uploads.remove(upload).catch((error: unknown) => {
          if (!(error instanceof AppError && error.code === 'upload_not_found')) throw error;
        });
      }
      await store.delete(id);
    },
  };
}
