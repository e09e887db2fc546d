import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { AppError } from '../../../src/app-error.ts';
import { createCodeDelivery } from '../../../src/otp/code-delivery.ts';
import type { CodeSender } from '../../../src/otp/code-sender.ts';

const start = Date.UTC(2026, 2, 1, 12);
const message = {
  id: 'subject.challenge',
  to: 'ada@example.org',
  subject: 'subject',
  code: '12345678',
  lifetimeSeconds: 600,
  expiresAt: start + 600_000,
};

describe('the delivery of codes', () => {
  let now: number;
  let counted: string[];
  let logged: string[];
  let pauses: number[];
  /** What the channel does at each try; the last goes on. */
  let channel: (() => Promise<'sent' | 'opted_out'>)[];
  let tries: number;
  let random: number;
  let onPause: (ms: number) => void;
  beforeEach(() => {
    [now, counted, logged, pauses, tries, random] = [start, [], [], [], 0, 1];
    onPause = () => {};
  });

  const sender: CodeSender = {
    channel: 'email',
    send: () => (channel[Math.min(tries++, channel.length - 1)] ?? assert.fail())(),
    check: async () => {},
  };
  const deliveryOf = () =>
    createCodeDelivery({
      metrics: { code: (name, outcome) => void counted.push(`${name} ${outcome}`) },
      clock: () => new Date(now),
      random: () => random,
      async pause(ms) {
        pauses.push(ms);
        now += ms;
        onPause(ms);
      },
      log: { warn: (details, text) => void logged.push(JSON.stringify([text, details])) },
    });
  const down = () =>
    Promise.reject(new AppError('store_unavailable', `no way to ${message.to} ${message.code}`));
  const settled = (done: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => (done() ? resolve() : setImmediate(look));
      look();
    });

  it('begins at a random moment after the answer, so that nobody can time it', () => {
    channel = [async () => 'sent'];
    for (const [drawn, ms] of [
      [0, 50],
      [0.5, 125],
      [1, 200],
    ] as const) {
      random = drawn;
      deliveryOf().deliver(sender, message);
      assert.equal(pauses.at(-1), ms);
      assert.equal(tries, 0);
    }
  });

  it('sends once, and counts what became of it', async () => {
    channel = [async () => 'sent', async () => 'opted_out'];
    const delivery = deliveryOf();
    delivery.deliver(sender, message);
    assert.equal(tries, 0, 'it must not begin before the answer is out');
    await delivery.flush();
    delivery.deliver(sender, message);
    await delivery.flush();
    assert.deepEqual(counted, ['email sent', 'email opted_out']);
    assert.deepEqual(logged, []);
  });

  it('gives the sender the message and nothing else', async () => {
    const seen: object[] = [];
    const delivery = deliveryOf();
    const noting: CodeSender = {
      ...sender,
      async send(given) {
        seen.push(given);
        return 'sent';
      },
    };
    delivery.deliver(noting, message);
    await delivery.flush();
    const { expiresAt: _, ...whole } = message;
    assert.deepEqual(seen, [whole]);
  });

  it('tries again after 1, 2 and 4 seconds', async () => {
    channel = [down, down, down, async () => 'sent'];
    deliveryOf().deliver(sender, message);
    await settled(() => counted.length > 0);
    assert.deepEqual(pauses, [200, 1000, 2000, 4000]);
    assert.deepEqual(counted, ['email sent']);
  });

  it('gives up after five tries', async () => {
    channel = [down];
    deliveryOf().deliver(sender, message);
    await settled(() => counted.length > 0);
    assert.equal(tries, 5);
    assert.deepEqual(counted, ['email failed']);
  });

  it('gives up when the code would be too old', async () => {
    channel = [down];
    deliveryOf().deliver(sender, { ...message, expiresAt: start + 2500 });
    await settled(() => counted.length > 0);
    assert.equal(tries, 2);
    assert.deepEqual(counted, ['email failed']);
  });

  it('tries what failed once more at once when it is flushed, and waits for that', async () => {
    channel = [down];
    const delivery = deliveryOf();
    let flushed: Promise<void> | undefined;
    onPause = (ms) => {
      if (ms >= 1000) flushed ??= delivery.flush();
    };
    delivery.deliver(sender, message);
    await settled(() => flushed !== undefined);
    await flushed;
    assert.equal(tries, 2);
    assert.deepEqual(counted, ['email failed']);
  });

  it('logs failures without address, code or the words of the error', async () => {
    channel = [down];
    deliveryOf().deliver(sender, message);
    await settled(() => counted.length > 0);
    assert.equal(logged.length, 5);
    for (const line of logged) {
      assert.doesNotMatch(line, /ada|12345678|no way/);
      assert.match(line, /"error":"AppError","code":"store_unavailable"/);
    }
  });

  it('does not pile up without bound while a channel hangs', async () => {
    const { promise, resolve } = Promise.withResolvers<'sent'>();
    channel = [() => promise];
    const delivery = deliveryOf();
    for (let i = 0; i < 1005; i++) delivery.deliver(sender, message);
    assert.equal(counted.length, 5);
    resolve('sent');
    await delivery.flush();
    assert.equal(counted.filter((one) => one === 'email failed').length, 5);
    assert.equal(counted.filter((one) => one === 'email sent').length, 1000);
  });
});
