import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ofMonth } from '../../src/ledger/counters.ts';
import { readWav } from '../../src/speech/wav.ts';
import { type Billed, countingSynthesizer, soundOf } from '../support/counting-synthesizer.ts';
import { type Mortal, mortal } from '../support/mortal.ts';
import { openSpeechStores } from '../support/open-speech-stores.ts';
import { asking, audioOf, captionsOf, leaseMs, sentences, speechBench } from '../support/speech-bench.ts';

const text = sentences(60);
const request = () => asking(text, { captions: true });
const mostCharacters = 1500;
type Stores = Awaited<ReturnType<typeof openSpeechStores>>;

/** Has the speech made by an instance that dies. False if it came to its end before that. */
async function makeAndDie(stores: Stores, billed: Billed, life: Mortal): Promise<boolean> {
  const { here } = stores;
  const { service } = speechBench({
    stores: {
      speechStore: life.port('speechStore', here.speechStore),
      objectStore: life.port('objectStore', here.objectStore),
      counters: life.port('counters', here.counters),
    },
    synthesizer: life.port('synthesizer', countingSynthesizer(billed, mostCharacters)),
  });
  const made = service
    .request(request())
    .then(() => service.settled())
    .then(() => false);
  return Promise.race([life.died.then(() => true), made]);
}

/** Another instance, after the lease of the first is over. */
function rescuer(stores: Stores, billed: Billed) {
  return speechBench({
    stores: stores.there,
    synthesizer: countingSynthesizer(billed, mostCharacters),
    clockOffsetMs: () => leaseMs + 1000,
  });
}

/** What the engine was asked for more than once. */
const twice = (pieces: string[]) => pieces.filter((piece, index) => pieces.indexOf(piece) !== index);

/** Only the piece that the engine has made and that was not stored is made again. */
function assertBilledOnce({ spoken, marked }: Billed, { calls }: Mortal, when: 'before' | 'after'): void {
  assert.deepEqual([...new Set(spoken)].join(''), text);
  assert.deepEqual(new Set(marked), new Set(spoken));
  const again = [...twice(spoken), ...twice(marked)];
  // The waiting request looks at the record all the while.
  const [beforeLast = '', last = ''] = calls.filter((call) => call !== 'speechStore.get').slice(-2);
  const isEngine = (call: string) => /^synthesizer\.(synthesize|marks)$/.test(call);
  const wasLost = when === 'after' ? isEngine(last) : isEngine(beforeLast) && last === 'objectStore.put';
  assert.equal(again.length, wasLost ? 1 : 0, `${when} ${last}`);
}

describe('an instance that dies while it makes a speech', { concurrency: 2, timeout: 110_000 }, () => {
  for (const when of ['before', 'after'] as const) {
    it(`leaves nothing half done, and nothing to bill again, wherever it dies: ${when} any call`, async () => {
      let call = 1;
      for (; ; call++) {
        const stores = await openSpeechStores();
        const [billed, life] = [{ spoken: [], marked: [] }, mortal(call, when)];
        const died = await makeAndDie(stores, billed, life);
        const { service, clock } = rescuer(stores, billed);
        const where = `${when} ${life.calls.at(-1)}`;

        // Nobody asks again: another instance goes on with it, or it is as if it had never been asked for.
        await service.sweep();
        await service.settled();
        const contents = (await stores.contents()).length;
        assert.deepEqual(await stores.there.speechStore.due('9999', 10), [], where);
        assert.ok(contents === 0 || contents === 2, `${contents} objects ${where}`);
        if (contents === 0) assert.deepEqual(billed.spoken, [], where);

        const { record } = await service.request(request());
        await service.settled();
        assert.equal(record.captions, 'done', where);
        assert.deepEqual(readWav(await audioOf(service, record)).pcm, soundOf(text));
        assert.equal((await captionsOf(service, record)).match(/^Sentence/gm)?.length, 60);
        assertBilledOnce(billed, life, died ? when : 'before');
        assert.equal((await stores.contents()).length, 2, where);
        const counted = await stores.there.counters.total(ofMonth('speech', clock()));
        assert.ok(counted >= 2 * text.length, `${counted} counted ${where}`);
        await stores.close();
        if (!died) break;
      }
      assert.ok(call > 20, `${call} calls`);
    });

    it(`is replaced while somebody waits who asked elsewhere, wherever it dies: ${when} any call`, async () => {
      for (let call = 4; ; call += 3) {
        const stores = await openSpeechStores();
        const [billed, life] = [{ spoken: [], marked: [] }, mortal(call, when)];
        const died = await makeAndDie(stores, billed, life);
        const { service } = rescuer(stores, billed);
        const waiting = service.request(request());
        await service.sweep();
        const { record } = await waiting;
        assert.equal(record.captions, 'done', `${when} ${life.calls.at(-1)}`);
        await service.settled();
        await stores.close();
        if (!died) break;
      }
    });
  }
});
