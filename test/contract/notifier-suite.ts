import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Notification, Notifier } from '../../src/feedback/notifier.ts';

/** What somebody who listens to the channel gets. */
export interface ReceivedMessage {
  data: unknown;
  attributes: Record<string, string | number>;
}

export interface OpenedNotifier {
  notifier: Notifier;
  /** Everything that has arrived since it was opened, as soon as that is at least `count` messages. */
  received(count: number): Promise<ReceivedMessage[]>;
  close(): Promise<void>;
}

/** What every notifier must do. `open` gives a channel without messages, anew for each test. */
export function notifierSuite(name: string, open: () => Promise<OpenedNotifier>): void {
  describe(`${name}: notifier`, () => {
    let opened: OpenedNotifier;
    let notifier: Notifier;
    beforeEach(async () => {
      opened = await open();
      notifier = opened.notifier;
    });
    afterEach(() => opened.close());

    const arrives = async (notification: Notification) => {
      const { messageId } = await notifier.publish(notification);
      assert.match(messageId, /\S/);
      const { data, attributes } = notification;
      assert.deepEqual(await opened.received(1), [{ data, attributes }]);
    };

    it('brings data and attributes to the reader as they are', async () => {
      await arrives(aNotification());
    });

    it('brings any script, quotes, line ends and markup', async () => {
      const message =
        'ÄÖÜ 日本語 👩‍👩‍👧 "quoted" \\ \'single\'\r\nsecond line\n\n{"json":true}\n```\n---\n\t<b>&amp;';
      await arrives(aNotification({ prose: message, data: { message, fields: { größe: '12 × 18' } } }));
    });

    it('brings a message of 10 000 wide characters whole', async () => {
      const message = '写'.repeat(10_000);
      await arrives(aNotification({ prose: message, data: { message } }));
    });

    it('takes a subject of any length and script, line ends included', async () => {
      await arrives(
        aNotification({ subject: `Subject: 反馈 👍\r\nBcc: x@example.org\u0000${'very long '.repeat(50)}` }),
      );
    });

    it('takes an empty subject', async () => {
      await arrives(aNotification({ subject: '' }));
    });

    it('takes a message that is far too long for some channels, and keeps its beginning and the rest', async () => {
      const message = 'All work and no play makes a long letter. '.repeat(15_000);
      await notifier.publish(aNotification({ prose: message, data: { message, rating: 2 } }));
      const [received] = await opened.received(1);
      const data = received?.data as { message: string; rating: number };
      assert.equal(data.rating, 2);
      assert.equal(data.message.slice(0, 10_000), message.slice(0, 10_000));
    });

    it('brings the same message however often it is published', async () => {
      const notification = aNotification();
      await notifier.publish(notification);
      await notifier.publish(notification);
      const { data, attributes } = notification;
      for (const message of await opened.received(1)) assert.deepEqual(message, { data, attributes });
    });

    it('brings every one of several messages that are published at once', async () => {
      const notifications = Array.from({ length: 10 }, (_, i) =>
        aNotification({ data: { message: `No. ${i}` } }),
      );
      const ids = await Promise.all(notifications.map((notification) => notifier.publish(notification)));
      assert.equal(new Set(ids.map(({ messageId }) => messageId)).size, 10);
      const messages = (await opened.received(10)).map(({ data }) => (data as { message: string }).message);
      assert.deepEqual(
        messages.sort(),
        notifications.map(({ data }) => data.message),
      );
    });

    it('says that it may be used', async () => {
      await notifier.check();
    });
  });
}

function aNotification(overrides: Partial<Notification> = {}): Notification {
  return {
    id: randomUUID(),
    subject: 'Feedback from the contact page',
    prose: 'Ada wrote:\n\nThe map is out of date.',
    data: {
      message: 'The map is out of date.',
      rating: 4,
      name: 'Ada',
      fields: { room: '12' },
      uploads: ['u1'],
    },
    attributes: { form: 'contact', rating: 4, status: 'new' },
    ...overrides,
  };
}
