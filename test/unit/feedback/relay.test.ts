import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { AppError } from '../../../src/app-error.ts';
import { backoffMs } from '../../../src/feedback/relay.ts';
import { relayBench } from '../../support/relay-bench.ts';

const down = () => Promise.reject(new Error('the topic is away'));

describe('backoff', () => {
  it('doubles from 5 seconds up to an hour, and no further', () => {
    const longest = Array.from({ length: 12 }, (_, index) => backoffMs(index + 1, () => 1));
    assert.deepEqual(
      longest.map((ms) => ms / 1000),
      [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600],
    );
    assert.equal(
      backoffMs(1000, () => 1),
      3_600_000,
    );
  });

  it('is random between half of that and all of it', () => {
    for (const tries of [1, 5, 100]) {
      const longest = backoffMs(tries, () => 1);
      assert.equal(
        backoffMs(tries, () => 0),
        longest / 2,
      );
      assert.equal(
        backoffMs(tries, () => 0.5),
        longest * 0.75,
      );
    }
  });
});

describe('the relay', () => {
  let bench: Awaited<ReturnType<typeof relayBench>>;
  beforeEach(async () => {
    bench = await relayBench();
  });
  afterEach(() => bench.close());

  it('publishes right after the commit, and enters the channel’s message id', async () => {
    const record = await bench.commit();
    bench.relay.publish(record);
    await bench.relay.flush();
    const attempt = { at: bench.now(), outcome: 'delivered', detail: `message ${record.id}` };
    assert.deepEqual(await bench.delivery(record.id), { state: 'delivered', tries: 1, attempts: [attempt] });
    assert.deepEqual(bench.counted, ['delivered']);
    assert.equal(await bench.relay.sweep(), 0);
    assert.deepEqual(bench.published, [record.id]);
  });

  it('tries again after the backoff and not before, with a ledger of the tries', async () => {
    bench.setChannel(down);
    const record = await bench.commit();
    bench.relay.publish(record);
    await bench.relay.flush();
    const dueAt = '2026-03-01T12:00:03.750Z';
    const attempts = [{ at: bench.now(), outcome: 'failed' as const, detail: 'the topic is away' }];
    assert.deepEqual(await bench.delivery(record.id), { state: 'due', dueAt, tries: 1, attempts });

    bench.pass(3749);
    assert.equal(await bench.relay.sweep(), 0);
    bench.pass(1);
    bench.setChannel(async () => 'at last');
    assert.equal(await bench.relay.sweep(), 1);
    const delivery = await bench.delivery(record.id);
    assert.equal(delivery?.state, 'delivered');
    assert.deepEqual(
      delivery?.attempts.map(({ outcome, detail }) => [outcome, detail]),
      [
        ['failed', 'the topic is away'],
        ['delivered', 'at last'],
      ],
    );
    assert.deepEqual(bench.counted, ['failed', 'delivered']);
  });

  it('gives up after the last try, until an administrator fires it again', async () => {
    bench.setChannel(down);
    const { id } = await bench.commit();
    for (let tries = 0; tries < 3; tries++) {
      bench.pass(3_600_000);
      assert.equal(await bench.relay.sweep(), 1);
    }
    assert.equal((await bench.delivery(id))?.state, 'dead');
    assert.deepEqual(bench.counted, ['failed', 'failed', 'failed', 'dead']);
    bench.pass(3_600_000 * 24);
    assert.equal(await bench.relay.sweep(), 0);

    assert.equal(await bench.outbox.revive(id, bench.now()), true);
    bench.setChannel(async () => 'at last');
    assert.equal(await bench.relay.sweep(), 1);
    const delivery = await bench.delivery(id);
    assert.equal(delivery?.state, 'delivered');
    assert.equal(delivery?.tries, 1);
    assert.equal(delivery?.attempts.length, 4, 'the ledger is kept');
  });

  it('leaves a record alone while another process holds its lease, and takes it when that is over', async () => {
    const record = await bench.commit();
    bench.pass(59_999);
    assert.equal(await bench.relay.sweep(), 0);
    assert.deepEqual(bench.backlog(), { depth: 1, oldestSeconds: 59.999 });
    assert.deepEqual(
      bench.infos,
      [['outbox backlog', { depth: 1, oldestSeconds: 59.999 }]],
      'the alarm reads it',
    );
    bench.pass(1);
    assert.equal(await bench.relay.sweep(), 1);
    assert.deepEqual(bench.published, [record.id]);
    assert.deepEqual(bench.backlog(), { depth: 0, oldestSeconds: 0 });
    assert.equal(bench.infos.length, 1, 'an empty outbox is not worth a line');
  });

  it('publishes each record once when ten relays sweep at the same time', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 120; n++) ids.push((await bench.commit()).id);
    bench.pass(60_000);
    const relays = Array.from({ length: 10 }, () => bench.relayOver());
    const taken = await Promise.all(relays.map((relay) => relay.sweep()));
    assert.equal(
      taken.reduce((sum, each) => sum + each, 0),
      120,
    );
    assert.deepEqual(bench.published.toSorted(), ids.toSorted());
  });

  it('does not enter what it did after its lease was over and another relay had taken the record', async () => {
    const record = await bench.commit();
    const slow = Promise.withResolvers<string>();
    bench.setChannel(() => slow.promise);
    bench.relay.publish(record);
    bench.pass(60_000);
    bench.setChannel(async () => 'by the other');
    assert.equal(await bench.relayOver().sweep(), 1);
    slow.resolve('too late');
    await bench.relay.flush();
    const { attempts = [], tries } = (await bench.delivery(record.id)) ?? {};
    assert.deepEqual([attempts.map(({ detail }) => detail), tries], [['by the other'], 1]);
  });

  it('does not call a notification failed because the store is away when it is entered', async () => {
    const record = await bench.commit();
    const broken = { ...bench.outbox, settle: () => Promise.reject(new AppError('store_unavailable')) };
    const relay = bench.relayOver(broken);
    relay.publish(record);
    await relay.flush();
    assert.deepEqual(bench.counted, ['delivered']);
    assert.deepEqual(bench.warnings, ['attempt not recorded']);
    assert.equal((await bench.delivery(record.id))?.state, 'due', 'it is published again after the lease');
  });

  it('goes on to the next record when one fails', async () => {
    const [first, second] = [await bench.commit(), await bench.commit()];
    bench.setChannel(async ({ id }) => (id === first.id ? down() : 'good'));
    bench.pass(60_000);
    assert.equal(await bench.relay.sweep(), 2);
    assert.equal((await bench.delivery(first.id))?.state, 'due');
    assert.equal((await bench.delivery(second.id))?.state, 'delivered');
  });

  it('keeps a message of the error short, and whatever was thrown', async () => {
    for (const thrown of [new Error('x'.repeat(5000)), 'just a text']) {
      const record = await bench.commit();
      bench.setChannel(() => Promise.reject(thrown));
      bench.relay.publish(record);
      await bench.relay.flush();
      const [attempt] = (await bench.delivery(record.id))?.attempts ?? [];
      assert.equal(attempt?.detail, thrown instanceof Error ? 'x'.repeat(300) : 'just a text');
    }
  });

  it('holds no more than 500 records while the channel hangs, and sends the others later', async () => {
    const hang = Promise.withResolvers<string>();
    bench.setChannel(() => hang.promise);
    for (let n = 0; n < 510; n++) bench.relay.publish(await bench.commit());
    assert.equal(bench.published.length, 500);
    hang.resolve('at last');
    await bench.relay.flush();
    bench.pass(60_000);
    assert.equal(await bench.relay.sweep(), 10);
  });
});
