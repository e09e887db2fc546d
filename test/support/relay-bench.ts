import path from 'node:path';
import type { FeedbackRecord } from '../../src/feedback/feedback-record.ts';
import { toNotification } from '../../src/feedback/notification.ts';
import type { Notification, Notifier } from '../../src/feedback/notifier.ts';
import type { Outbox } from '../../src/feedback/outbox.ts';
import { createRelay, type Relay } from '../../src/feedback/relay.ts';
import { openDatabase } from '../../src/platform/local/sqlite-database.ts';
import { createSqliteFeedbackStore } from '../../src/platform/local/sqlite-feedback-store.ts';
import { createSqliteOutbox } from '../../src/platform/local/sqlite-outbox.ts';
import { mainMigrations } from '../../src/platform/local/sqlite-schema.ts';
import { aFeedback } from './records.ts';
import { tempFolder } from './temp-folder.ts';

/** Relays over one SQLite store, with a clock and a channel that a test moves and breaks. */
export async function relayBench({ leaseMs = 60_000, maxTries = 3, random = () => 0.5 } = {}) {
  const { folder, remove } = await tempFolder();
  const database = openDatabase(path.join(folder, 'inlet.db'), { migrations: mainMigrations });
  const store = createSqliteFeedbackStore(database);
  const outbox = createSqliteOutbox(database);
  const counted: string[] = [];
  const published: string[] = [];
  const infos: [string, object][] = [];
  const warnings: string[] = [];
  const now = new Date('2026-03-01T12:00:00.000Z');
  /** What the channel does with a notification. */
  let channel = async (notification: Notification): Promise<string> => `message ${notification.id}`;

  const notifier: Pick<Notifier, 'publish'> = {
    async publish(notification) {
      published.push(notification.id);
      return { messageId: await channel(notification) };
    },
  };
  let backlog = { depth: -1, oldestSeconds: -1 };

  const relayOver = (over: Outbox = outbox): Relay =>
    createRelay({
      outbox: over,
      notifier: { ...notifier, check: async () => {} },
      toNotification: (record) => toNotification(record, () => undefined),
      metrics: {
        notification: (outcome) => void counted.push(outcome),
        outboxBacklog: (seen) => {
          backlog = seen;
        },
      },
      clock: () => new Date(now),
      random,
      leaseMs,
      maxTries,
      log: {
        info: (details, message) => void infos.push([message, details]),
        warn: (_details, message) => void warnings.push(message),
      },
    });

  return {
    store,
    outbox,
    relay: relayOver(),
    relayOver,
    published,
    counted,
    warnings,
    infos,
    backlog: () => backlog,
    now: () => now.toISOString(),
    pass: (ms: number) => void now.setTime(now.getTime() + ms),
    setChannel(does: (notification: Notification) => Promise<string>) {
      channel = does;
    },
    /** Feedback as intake leaves it: committed, and leased to the process that took it in. */
    async commit(overrides: Partial<FeedbackRecord> = {}): Promise<FeedbackRecord> {
      const dueAt = new Date(now.getTime() + leaseMs).toISOString();
      const delivery = { state: 'due' as const, dueAt, tries: 0, attempts: [] };
      return (await store.put(aFeedback({ receivedAt: now.toISOString(), delivery, ...overrides }))).record;
    },
    async delivery(id: string) {
      return (await store.get(id))?.delivery;
    },
    async close() {
      database.close();
      await remove();
    },
  };
}
