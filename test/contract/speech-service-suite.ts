import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { AppError } from '../../src/app-error.ts';
import { ofMonth } from '../../src/ledger/counters.ts';
import { readWav } from '../../src/speech/wav.ts';
import { type Billed, countingSynthesizer, soundOf } from '../support/counting-synthesizer.ts';
import {
  asking,
  audioOf,
  captionsOf,
  type SpeechBenchOptions,
  type SpeechStores,
  sentences,
  speechBench,
} from '../support/speech-bench.ts';
import { until } from '../support/until.ts';

export interface OpenedSpeechStores {
  /** Of two instances. */
  here: SpeechStores;
  there: SpeechStores;
  /** Names everything in the object store. */
  contents(): Promise<string[]>;
  close(): Promise<void>;
}

/** What speech guarantees over any platform. `open` gives empty stores, anew for each test. */
export function speechServiceSuite(name: string, open: () => Promise<OpenedSpeechStores>): void {
  describe(`${name}: speech`, () => {
    let opened: OpenedSpeechStores;
    let billed: Billed;
    beforeEach(async () => {
      opened = await open();
      billed = { spoken: [], marked: [] };
    });
    afterEach(() => opened.close());

    const synthesizer = () => countingSynthesizer(billed);
    const bench = (options: Partial<SpeechBenchOptions> = {}) =>
      speechBench({ stores: opened.here, synthesizer: synthesizer(), ...options });
    const total = (clock: () => Date) => opened.here.counters.total(ofMonth('speech', clock()));

    it('makes a text into one object, and keeps nothing else', async () => {
      const { service, outcomes, characters } = bench();
      const { record, outcome } = await service.request(asking('Good morning.'));
      assert.equal(outcome, 'made');
      await service.settled();
      const audio = await audioOf(service, record);
      assert.deepEqual(readWav(audio).pcm, soundOf('Good morning.'));
      assert.deepEqual(record.audio, {
        size: audio.length,
        sha256: createHash('sha256').update(audio).digest('hex'),
        contentType: 'audio/wav',
        milliseconds: 13,
      });
      assert.equal((await opened.contents()).length, 1);
      assert.deepEqual([outcomes, characters], [['made'], [13]]);
      const kept = await service.get(record.id);
      assert.deepEqual([kept.state, kept.dueAt, kept.maker], ['complete', undefined, undefined]);
    });

    it('makes 50 equal requests at once into one call of the engine', async () => {
      const { service, outcomes } = bench();
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => service.request(asking('The same text.'))),
      );
      assert.deepEqual(billed.spoken, ['The same text.']);
      assert.equal(new Set(answers.map(({ record }) => record.id)).size, 1);
      assert.ok(answers.every(({ record }) => record.state === 'complete'));
      assert.equal(outcomes.length, 50);
    });

    it('makes 50 equal requests at once, spread over two instances, into one call', async () => {
      const both = [bench(), bench({ stores: opened.there })];
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => both[n % 2]?.service.request(asking('The same text.'))),
      );
      assert.deepEqual(billed.spoken, ['The same text.']);
      assert.equal(new Set(answers.map((answer) => answer?.record.audio?.sha256)).size, 1);
      for (const { clock } of both) assert.equal(await total(clock), 14);
    });

    it('gives what is there, and bills it no second time', async () => {
      const { service, outcomes } = bench();
      const first = await service.request(asking('Once.'));
      const again = await service.request(asking('Once.'));
      assert.deepEqual([first.outcome, again.outcome], ['made', 'there']);
      assert.equal(again.record.id, first.record.id);
      assert.deepEqual([billed.spoken, outcomes], [['Once.'], ['made', 'reused']]);
    });

    it('makes another speech for another voice, engine or language', async () => {
      const { service } = bench();
      const wanted = [{}, { voice: 'brian' }, { engine: 'standard' }, { language: 'en' }];
      const made = [];
      for (const each of wanted) made.push((await service.request(asking('Hi.', { wanted: each }))).record);
      assert.deepEqual(
        made.map(({ voice, engine, language }) => `${voice} ${engine} ${language}`),
        ['Anna neural de-DE', 'Brian standard en-GB', 'Anna standard de-DE', 'Anna neural en-GB'],
      );
      assert.equal(new Set(made.map(({ id }) => id)).size, 4);
    });

    it('makes 20 000 characters into one file whose captions are in order', async () => {
      const { service, clock } = bench();
      const text = sentences(500).padEnd(20_000, '!');
      const { record } = await service.request(asking(text, { captions: true }));
      await service.settled();
      assert.ok(billed.spoken.length >= 7, `${billed.spoken.length} pieces`);
      assert.ok(billed.spoken.every((piece) => piece.length <= 3000));
      assert.equal(billed.spoken.join(''), text);
      assert.deepEqual(billed.marked, billed.spoken);
      assert.deepEqual(readWav(await audioOf(service, record)).pcm, soundOf(text));
      assert.equal(record.audio?.milliseconds, 20_000);

      const captions = await captionsOf(service, record);
      const spoken = captions.match(/^Sentence \d+/gm) ?? [];
      assert.deepEqual(
        spoken,
        Array.from({ length: 500 }, (_, n) => `Sentence ${String(n).padStart(6, '0')}`),
      );
      const starts = [...captions.matchAll(/^(\S+) --> /gm)].map(([, start = '']) => start);
      assert.deepEqual(starts, starts.toSorted());
      assert.equal(starts.at(-1)?.slice(0, 10), '00:00:19.9');
      assert.equal(await total(clock), 40_000);
      assert.equal((await opened.contents()).length, 2, 'audio and captions');
    });

    it('adds captions to a speech that is there, and bills only them', async () => {
      const { service, clock } = bench();
      const plain = await service.request(asking('One. Two.'));
      await service.settled();
      const captioned = await service.request(asking('One. Two.', { captions: true }));
      assert.equal(captioned.outcome, 'made');
      assert.equal(captioned.record.id, plain.record.id);
      assert.match(await captionsOf(service, captioned.record), /\nOne\.\n[\s\S]*\nTwo\.\n/);
      assert.deepEqual(billed, { spoken: ['One. Two.'], marked: ['One. Two.'] });
      assert.equal(await total(clock), 18);
      assert.equal((await service.request(asking('One. Two.', { captions: true }))).outcome, 'there');
    });

    it('refuses captions with an engine that cannot make them, before anything is set aside', async () => {
      const { service, clock } = bench();
      const wanted = { voice: 'Carla' };
      await assert.rejects(service.request(asking('Uno.', { wanted, captions: true })), {
        code: 'validation_failed',
        errors: [
          {
            pointer: '/captions',
            detail: 'The engine generative makes none. Choose another engine, or a voice that has one.',
          },
        ],
      });
      assert.deepEqual([await total(clock), await opened.contents(), billed.spoken], [0, [], []]);
      assert.equal((await service.request(asking('Uno.', { wanted }))).outcome, 'made');
    });

    it('adds captions to a speech that is being made', async () => {
      const engine = synthesizer();
      const gate = Promise.withResolvers<void>();
      engine.setBefore(() => gate.promise);
      const { service } = bench({ synthesizer: engine });
      const plain = service.request(asking('One. Two.'));
      await until(async () => (await opened.here.speechStore.due('9999', 1))[0]);
      const captioned = service.request(asking('One. Two.', { captions: true }));
      await until(async () => (await opened.here.speechStore.due('9999', 1))[0]?.captions);
      gate.resolve();
      assert.equal((await plain).record.state, 'complete');
      assert.equal((await captioned).record.captions, 'done');
      assert.deepEqual(billed, { spoken: ['One. Two.'], marked: ['One. Two.'] });
    });

    it('keeps the audio when captions cannot be made, and bills none of it again when they can', async () => {
      const engine = synthesizer();
      const { service, clock } = bench({ synthesizer: engine });
      const text = sentences(100);
      await service.request(asking(text));
      engine.setBefore(async () => {
        if (engine.marked.length === 1) throw new AppError('speech_failed', 'No marks today.');
      });
      const refused = { code: 'speech_failed', detail: 'No marks today.' };
      await assert.rejects(service.request(asking(text, { captions: true })), refused);
      await service.settled();
      const there = await service.request(asking(text));
      assert.deepEqual([there.outcome, there.record.captions], ['there', undefined]);
      assert.equal((await opened.contents()).length, 1, 'the audio, and no marks');
      const firstMarks = billed.marked[0]?.length ?? 0;
      assert.equal(await total(clock), text.length + firstMarks);

      engine.setBefore(async () => {});
      const { record } = await service.request(asking(text, { captions: true }));
      assert.equal((await captionsOf(service, record)).match(/^Sentence/gm)?.length, 100);
      assert.equal(billed.spoken.join(''), text);
      await service.settled();
      assert.equal((await opened.contents()).length, 2);
    });

    it('hands a speech over at once when its instance stops, and no piece is made twice', async () => {
      const engine = synthesizer();
      const gate = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      engine.setBefore(async () => {
        if (engine.spoken.length !== 1) return;
        begun.resolve();
        await gate.promise;
      });
      const leaving = bench({ synthesizer: engine, waitMs: 0 });
      const { record } = await leaving.service.request(asking(sentences(300)));
      await begun.promise;
      const stopped = leaving.service.stop();
      gate.resolve();
      await stopped;
      assert.equal(engine.spoken.length, 2, 'the piece under way is finished');
      assert.equal(await leaving.service.sweep(), 0, 'it takes nothing up any more');

      const other = bench({ stores: opened.there });
      await until(async () => ((await other.service.sweep()) > 0 ? true : undefined));
      await other.service.settled();
      assert.equal((await other.service.get(record.id)).state, 'complete');
      assert.equal(billed.spoken.join(''), sentences(300));
    });

    it('answers before a long speech is complete, and goes on with it', async () => {
      const engine = synthesizer();
      const gate = Promise.withResolvers<void>();
      engine.setBefore(async () => {
        if (engine.spoken.length === 2) await gate.promise;
      });
      const { service, outcomes } = bench({ synthesizer: engine, waitMs: 300 });
      const { record, outcome } = await service.request(asking(sentences(300)));
      assert.equal(outcome, 'making');
      assert.deepEqual([record.state, record.pieces.total], ['making', 4]);
      const halfway = await until(async () => {
        const now = await service.get(record.id);
        return now.pieces.done.length === 2 ? now : undefined;
      });
      assert.equal(halfway.state, 'making');
      gate.resolve();
      await service.settled();
      assert.equal((await service.get(record.id)).state, 'complete');
      assert.deepEqual(outcomes, ['made']);
    });

    it('tries a piece again that fails, and none that is made already', async () => {
      const engine = synthesizer();
      let failures = 0;
      engine.setBefore(async () => {
        if (engine.spoken.length === 1 && failures < 3) {
          failures += 1;
          throw new AppError('store_unavailable');
        }
      });
      const { service, warnings, clock } = bench({ synthesizer: engine });
      const { record } = await service.request(asking(sentences(100)));
      assert.equal(record.state, 'complete');
      assert.equal(billed.spoken.join(''), sentences(100));
      assert.equal(warnings.length, 3);
      assert.equal(await total(clock), sentences(100).length);
    });

    it('gives up after five tries, gives back what was not billed, and goes on when asked again', async () => {
      const engine = synthesizer();
      const down = async () => {
        if (engine.spoken.length === 1) throw new AppError('store_unavailable');
      };
      engine.setBefore(down);
      const { service, outcomes, warnings, clock } = bench({ synthesizer: engine });
      const [one, two] = await Promise.allSettled([
        service.request(asking(sentences(100))),
        service.request(asking(sentences(100))),
      ]);
      for (const each of [one, two]) {
        assert.equal(each?.status, 'rejected');
        assert.equal(each.reason.code, 'speech_failed');
      }
      assert.equal(warnings.length, 5);
      assert.deepEqual(outcomes, ['failed', 'failed']);
      await service.settled();
      assert.equal(await total(clock), billed.spoken[0]?.length);

      engine.setBefore(async () => {});
      const { record } = await service.request(asking(sentences(100)));
      assert.equal(record.state, 'complete');
      assert.equal(billed.spoken.join(''), sentences(100), 'the first piece is not billed again');
      assert.equal(await total(clock), sentences(100).length);
      await service.settled();
      assert.equal((await opened.contents()).length, 1);
    });

    it('says at once what the engine refuses, and its reason', async () => {
      const engine = synthesizer();
      engine.setBefore(() => Promise.reject(new AppError('speech_failed', 'Too many tags.')));
      const { service, warnings, clock } = bench({ synthesizer: engine });
      const refused = { code: 'speech_failed', detail: 'Too many tags.' };
      await assert.rejects(service.request(asking('Some text.')), refused);
      await service.settled();
      assert.equal(warnings.length, 1);
      assert.equal(await total(clock), 0);
      assert.deepEqual(await opened.contents(), [], 'not even the text');
    });

    it('makes nothing that would go over the month’s budget, and all that does not', async () => {
      const limited = { charactersPerMonth: 30 };
      const { service, outcomes, clock } = bench(limited);
      await service.request(asking('Twenty characters...'));
      const spent = (error: AppError) =>
        error.code === 'speech_budget_spent' && Number(error.headers['Retry-After']) > 0;
      await assert.rejects(service.request(asking('Eleven more')), spent);
      await assert.rejects(service.request(asking('Ten more..', { captions: true })), spent);
      await assert.rejects(service.request(asking('Twenty characters...', { captions: true })), spent);
      assert.equal((await service.request(asking('Twenty characters...'))).outcome, 'there');
      assert.equal((await service.request(asking('Ten more..'))).outcome, 'made');
      assert.deepEqual(outcomes, ['made', 'budget', 'budget', 'budget', 'reused', 'made']);
      assert.equal(await total(clock), 30);
      assert.equal(billed.spoken.join('').length, 30);
    });

    it('never goes over the budget when many different texts come at once, over two instances', async () => {
      const limited = { charactersPerMonth: 100 };
      const both = [bench(limited), bench({ ...limited, stores: opened.there })];
      const asked = await Promise.allSettled(
        Array.from({ length: 30 }, (_, n) =>
          both[n % 2]?.service.request(asking(`Text ${String(n).padStart(5, '0')}`)),
        ),
      );
      const made = asked.filter(({ status }) => status === 'fulfilled').length;
      assert.equal(made, 10);
      assert.equal(billed.spoken.length, 10);
      for (const { service } of both) await service.settled();
      assert.equal((await opened.contents()).length, 10);
    });

    it('lets 50 equal requests at once have a speech that uses up the budget', async () => {
      const { service } = bench({ charactersPerMonth: 10 });
      const asked = await Promise.all(
        Array.from({ length: 50 }, () => service.request(asking('0123456789'))),
      );
      assert.ok(asked.every(({ record }) => record.state === 'complete'));
      assert.equal(billed.spoken.length, 1);
    });

    it('removes everything of a speech, and makes it anew when it is asked for again', async () => {
      const { service } = bench();
      const { record } = await service.request(asking('Gone.', { captions: true }));
      await service.settled();
      await service.remove(record.id);
      assert.deepEqual(await opened.contents(), []);
      await assert.rejects(service.get(record.id), { code: 'speech_not_found' });
      await assert.rejects(service.remove(record.id), { code: 'speech_not_found' });
      await assert.rejects(service.open(record, 'audio'), { code: 'speech_not_found' });
      assert.equal((await service.request(asking('Gone.'))).outcome, 'made');
      assert.deepEqual(billed.spoken, ['Gone.', 'Gone.']);
    });

    it('leaves nothing of a speech that is removed while it is made', async () => {
      const engine = synthesizer();
      const gate = Promise.withResolvers<void>();
      engine.setBefore(async () => {
        if (engine.spoken.length === 1) await gate.promise;
      });
      let offset = 0;
      const { service } = bench({ synthesizer: engine, waitMs: 0, clockOffsetMs: () => offset });
      const { record } = await service.request(asking(sentences(200)));
      await until(() => engine.spoken[0]);
      await service.remove(record.id);
      await assert.rejects(service.get(record.id), { code: 'speech_not_found' });
      gate.resolve();
      await service.settled();
      offset = 3_600_000;
      assert.ok((await service.sweep()) <= 1);
      await service.settled();
      assert.deepEqual(await opened.contents(), []);
      assert.equal(await opened.here.speechStore.get(record.id), undefined);
      assert.ok(engine.spoken.length <= 2, 'it did not go on');
    });

    it('gives back what was set aside for a speech that is removed while it is made, but for the piece under way', async () => {
      for (const remove of ['removed', 'replaced by another voice'] as const) {
        const engine = synthesizer();
        const gate = Promise.withResolvers<void>();
        engine.setBefore(async ({ voice }) => {
          if (voice === 'Anna') await gate.promise;
        });
        const { service, clock } = bench({ synthesizer: engine, waitMs: 0 });
        const before = await total(clock);
        const owner = `feedback ${remove}`;
        await service.request(asking(sentences(200), { owner }));
        await until(async () => (await total(clock)) - before === sentences(200).length || undefined);
        if (remove === 'removed') await service.removeOwned(owner);
        else await service.request(asking('Short.', { owner, wanted: { voice: 'Brian' } }));
        gate.resolve();
        await service.settled();
        const short = remove === 'removed' ? 0 : 'Short.'.length;
        assert.equal((await total(clock)) - before, engine.mostCharacters + short, remove);
      }
    });

    it('finds every speech of an owner without a list, and shows it to nobody else', async () => {
      const { service } = bench();
      const owner = 'feedback 1';
      const { record } = await service.request(asking('Mine.', { owner }));
      const shared = await service.request(asking('Mine.'));
      assert.notEqual(shared.record.id, record.id);
      await assert.rejects(service.get(record.id), { code: 'speech_not_found' });
      await assert.rejects(service.remove(record.id), { code: 'speech_not_found' });
      await service.request(asking('Mine.', { owner, wanted: { voice: 'Brian' } }));
      await service.settled();
      assert.equal((await opened.contents()).length, 2, 'the other voice took the place of the first');
      await service.removeOwned(owner);
      await service.removeOwned(owner);
      assert.equal((await opened.contents()).length, 1);
      assert.deepEqual(readWav(await audioOf(service, shared.record)).pcm, soundOf('Mine.'));
    });
  });
}
