import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { setImmediate as soon } from 'node:timers/promises';
import { createTurns } from '../../src/turns.ts';

const never = new AbortController().signal;

/** Work that goes on until it is told to end. */
function work() {
  const started: number[] = [];
  const ends = new Map<number, () => void>();
  const begin = (id: number) => () =>
    new Promise<number>((resolve) => {
      started.push(id);
      ends.set(id, () => resolve(id));
    });
  return { started, begin, end: (id: number) => ends.get(id)?.() };
}

describe('turns', () => {
  it('run as many at once as they may, and the rest in the order in which they came', async () => {
    const turns = createTurns({ atOnce: 2 });
    const { started, begin, end } = work();
    const all = [0, 1, 2, 3].map((id) => turns.run(never, begin(id)));
    await soon();
    assert.deepEqual(started, [0, 1]);
    end(1);
    await all[1];
    await soon();
    assert.deepEqual(started, [0, 1, 2]);
    for (const id of [0, 2]) end(id);
    await soon();
    end(3);
    assert.deepEqual(await Promise.all(all), [0, 1, 2, 3]);
  });

  it('go on after work that fails', async () => {
    const turns = createTurns({ atOnce: 1 });
    const failure = new Error('no');
    const failed = turns.run(never, () => Promise.reject(failure));
    const next = turns.run(never, async () => 'next');
    await assert.rejects(failed, failure);
    assert.equal(await next, 'next');
  });

  it('are given up while waiting, without holding up the others', async () => {
    const turns = createTurns({ atOnce: 1 });
    const { started, begin, end } = work();
    const controller = new AbortController();
    const first = turns.run(never, begin(0));
    const second = turns.run(controller.signal, begin(1));
    const third = turns.run(never, begin(2));
    const reason = new Error('gone');
    controller.abort(reason);
    await assert.rejects(second, reason);
    end(0);
    await first;
    await soon();
    end(2);
    await third;
    assert.deepEqual(started, [0, 2]);
    await assert.rejects(turns.run(controller.signal, begin(3)), reason);
  });

  it('leave their place when they are given up in the moment in which it came', async () => {
    const turns = createTurns({ atOnce: 1 });
    const { begin, end } = work();
    const controller = new AbortController();
    const first = turns.run(never, begin(0));
    const second = turns.run(controller.signal, begin(1));
    await soon();
    end(0);
    controller.abort(new Error('gone'));
    await first;
    await assert.rejects(second, /gone/);
    assert.equal(await turns.run(never, async () => 'free'), 'free');
  });

  it('start so far apart as they must', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const turns = createTurns({ atOnce: 10, apart: 250 });
      const { started, begin } = work();
      for (const id of [0, 1, 2]) void turns.run(never, begin(id));
      const at = async (milliseconds: number) => {
        mock.timers.tick(milliseconds);
        await soon();
        return started.length;
      };
      assert.equal(await at(0), 1);
      assert.equal(await at(249), 1);
      assert.equal(await at(1), 2);
      assert.equal(await at(249), 2);
      assert.equal(await at(1), 3);
    } finally {
      mock.timers.reset();
    }
  });
});
