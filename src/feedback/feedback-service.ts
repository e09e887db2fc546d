import { AppError } from '../app-error.ts';
import { type Page, type PageRequest, toPage } from '../page.ts';
import type { FeedbackRecord, FeedbackStatus } from './feedback-record.ts';
import type { FeedbackSpeech } from './feedback-speech.ts';
import type { FeedbackFilter } from './feedback-store.ts';
import { createIntake, type Intake, type IntakeDeps } from './intake.ts';
import type { Outbox } from './outbox.ts';

export interface FeedbackService {
  submit: Intake;
  /** Rejects with `feedback_not_found`, like all that follow. */
  get(id: string): Promise<FeedbackRecord>;
  list(filter: FeedbackFilter, page: PageRequest): Promise<Page<FeedbackRecord>>;
  /** Every record that passes the filter, newest first, read page by page. */
  all(filter: FeedbackFilter): AsyncIterable<FeedbackRecord>;
  /** Rejects with `quarantined` if the status would make feedback look released that is not. */
  setStatus(id: string, status: FeedbackStatus): Promise<FeedbackRecord>;
  /** Takes feedback out of quarantine and sends its notification, once. What is out already stays as it is. */
  release(id: string): Promise<FeedbackRecord>;
  /** Removes the record, its speech, and those attachments that belong to no other feedback. */
  remove(id: string): Promise<void>;
}

interface FeedbackServiceDeps extends IntakeDeps {
  outbox: Outbox;
  speech: Pick<FeedbackSpeech, 'forget'>;
}

export function createFeedbackService(deps: FeedbackServiceDeps): FeedbackService {
  const { store, outbox, relay, uploads, owners, verification, clock } = deps;

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
    submit: createIntake(deps),
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
      const { delivery } = await get(id);
      // Its notification would never be sent, and nobody would see why.
      if (delivery.state === 'held' && (status === 'new' || status === 'read')) {
        throw new AppError('quarantined');
      }
      const record = await store.setStatus(id, status);
      if (!record) throw new AppError('feedback_not_found');
      return record;
    },
    async release(id) {
      const lease = new Date(clock().getTime() + deps.leaseMs).toISOString();
      const released = await outbox.release(id, lease);
      if (!released) return get(id);
      relay.publish(released);
      return released;
    },
    async remove(id) {
      const record = await get(id);
      // Attachments first: if this breaks off, the record still says what is left to remove.
      const owned = await owners.claim(record.uploads, id);
      for (const upload of owned) {
        await uploads.remove(upload).catch((error: unknown) => {
          if (!(error instanceof AppError && error.code === 'upload_not_found')) throw error;
        });
      }
      await deps.speech.forget(id);
      // While the record is there too: once it is gone, nobody could say whose response that was.
      await verification.forget(record);
      await owners.release(owned, id);
      await store.delete(id);
      // Somebody may have begun to listen before it was gone. Whoever does so now finds no feedback.
      await deps.speech.forget(id);
    },
  };
}
