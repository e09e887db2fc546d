import type { Metrics } from '../metrics/metrics.ts';
import { createUnderWay } from '../under-way.ts';
import type { DeliveryAttempt, FeedbackRecord } from './feedback-record.ts';
import type { Notification, Notifier } from './notifier.ts';
import type { Outbox, Settlement } from './outbox.ts';

export interface Relay {
  /** Publishes a record whose lease this process holds, in the background. Never throws. */
  publish(record: FeedbackRecord): void;
  /** Publishes everything that is due, also what a process that died left behind. Resolves with how many. */
  sweep(): Promise<number>;
  /** Waits for what is under way. */
  flush(): Promise<void>;
}

interface RelayDeps {
  outbox: Outbox;
  notifier: Notifier;
  toNotification(record: FeedbackRecord): Notification;
  metrics: Pick<Metrics, 'notification' | 'outboxBacklog'>;
  clock: () => Date;
  /** From 0 to 1. */
  random: () => number;
  leaseMs: number;
  maxTries: number;
  log: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

/** What came of one try to publish. */
interface Result {
  attempt: Omit<DeliveryAttempt, 'at'>;
  settlement: Settlement;
}

const firstDelayMs = 5_000;
const longestDelayMs = 60 * 60_000;
const batch = 50;
/** Bounds the memory while the notifier is slow. What is above it waits for a sweep after its lease. */
const mostAtOnce = 500;

/**
 * Milliseconds to wait after the given number of failed tries: 5 s doubled each time up to an hour, half of
 * it random, so that a topic that comes back is not met by everybody at once ("Exponential Backoff And
 * Jitter", AWS Architecture Blog).
 */
export function backoffMs(tries: number, random: () => number): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (tries - 1));
  return Math.round(delay / 2 + (delay / 2) * random());
}

/**
 * Takes records from the outbox to the notifier, at least once each. The lease makes sure that one process
 * at a time publishes a record; a process that dies between publishing and settling makes it be published
 * again once the lease is over, which readers can tell by the id.
 */
export function createRelay(deps: RelayDeps): Relay {
  const { outbox, notifier, metrics, clock } = deps;
  const underWay = createUnderWay();
  const later = (ms: number) => new Date(clock().getTime() + ms).toISOString();

  function afterFailure(tries: number): Settlement {
    return tries >= deps.maxTries
      ? { state: 'dead' }
      : { state: 'due', dueAt: later(backoffMs(tries, deps.random)) };
  }

  async function publishOnce(record: FeedbackRecord): Promise<Result> {
    try {
      const { messageId } = await notifier.publish(deps.toNotification(record));
      metrics.notification('delivered');
      return { attempt: { outcome: 'delivered', detail: messageId }, settlement: { state: 'delivered' } };
    } catch (error) {
      const detail = (error instanceof Error ? error.message : String(error)).slice(0, 300);
      const settlement = afterFailure(record.delivery.tries + 1);
      metrics.notification('failed');
      if (settlement.state === 'dead') metrics.notification('dead');
      deps.log.warn({ err: error, feedbackId: record.id, next: settlement }, 'notification failed');
      return { attempt: { outcome: 'failed', detail }, settlement };
    }
  }

  async function deliver(record: FeedbackRecord, lease: string): Promise<void> {
    const { attempt, settlement } = await publishOnce(record);
    await outbox.settle(record.id, lease, { at: clock().toISOString(), ...attempt }, settlement);
  }

  function track(delivery: Promise<void>, id: string): Promise<void> {
    // What cannot be settled stays due in the store, and is taken up again when its lease is over.
    return underWay.add(
      delivery.catch((error: unknown) =>
        deps.log.warn({ err: error, feedbackId: id }, 'attempt not recorded'),
      ),
    );
  }

  /**
   * Publishes a batch of what is due, as far as this process gets the leases: all at once, so that a notifier
   * that is slow to fail holds up a batch and not each record in turn. Resolves with how many.
   */
  async function sweepBatch(): Promise<number> {
    const taken: Promise<void>[] = [];
    for (const record of await outbox.due(clock().toISOString(), batch)) {
      const lease = later(deps.leaseMs);
      if (record.delivery.dueAt && (await outbox.claim(record.id, record.delivery.dueAt, lease))) {
        taken.push(track(deliver(record, lease), record.id));
      }
    }
    await Promise.all(taken);
    return taken.length;
  }

  async function measureBacklog(): Promise<void> {
    const { depth, oldest } = await outbox.backlog();
    const oldestSeconds = oldest ? Math.max(0, (clock().getTime() - Date.parse(oldest)) / 1000) : 0;
    metrics.outboxBacklog({ depth, oldestSeconds });
    // The alarm of the stack reads it from the log: CloudWatch does not see the metrics page.
    if (depth > 0) deps.log.info({ depth, oldestSeconds }, 'outbox backlog');
  }

  async function sweep(): Promise<number> {
    let total = 0;
    let taken: number;
    // Until a batch brings nothing: an index that lags behind may show for a while what others have taken.
    do {
      taken = await sweepBatch();
      total += taken;
      await measureBacklog();
    } while (taken > 0);
    return total;
  }

  return {
    publish(record) {
      const lease = record.delivery.dueAt;
      if (lease && underWay.count() < mostAtOnce) void track(deliver(record, lease), record.id);
    },
    sweep,
    flush: underWay.settled,
  };
}
