import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { AppError } from '../../src/app-error.ts';
import { loadConfig } from '../../src/config.ts';
import { type AwsClients, createAwsClients } from '../../src/platform/aws/aws-clients.ts';
import { createPollySynthesizer } from '../../src/platform/aws/polly-synthesizer.ts';
import type { SpeechPiece, SpeechSynthesizer } from '../../src/speech/speech-synthesizer.ts';
import { type PollyStandIn, startPollyStandIn } from '../support/polly-stand-in.ts';
import { until } from '../support/until.ts';
import { speechSynthesizerSuite } from './speech-synthesizer-suite.ts';

const env = {
  INLET_PLATFORM: 'aws',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  INLET_LINK_SECRETS: 'a secret that is only good for tests',
  INLET_BUCKET: 'bucket',
  INLET_TABLE: 'table',
  INLET_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:topic',
};

function clientsFor(standIn: PollyStandIn): AwsClients {
  const all = { ...env, ...standIn.env };
  const config = loadConfig(all);
  if (config.INLET_PLATFORM !== 'aws') throw new Error('expected the aws platform');
  return createAwsClients(config, all);
}

speechSynthesizerSuite('Polly', async () => {
  const standIn = await startPollyStandIn();
  const clients = clientsFor(standIn);
  const synthesizer = createPollySynthesizer({ polly: clients.polly, clock: () => new Date() });
  return {
    synthesizer,
    async close() {
      clients.destroy();
      await standIn.stop();
    },
  };
});

describe('Polly', () => {
  const never = new AbortController().signal;
  const piece: SpeechPiece = {
    kind: 'text',
    content: 'The map is out of date.',
    voice: 'Joanna',
    engine: 'neural',
    language: 'en-US',
    format: 'mp3',
  };
  let standIn: PollyStandIn;
  let clients: AwsClients;
  let now: number;
  let synthesizer: SpeechSynthesizer;
  before(async () => {
    standIn = await startPollyStandIn();
  });
  after(() => standIn.stop());
  beforeEach(() => {
    clients = clientsFor(standIn);
    now = Date.parse('2026-01-01T00:00:00Z');
    synthesizer = createPollySynthesizer({ polly: clients.polly, clock: () => new Date(now) });
    standIn.calls.length = 0;
  });
  afterEach(() => clients.destroy());

  it('asks for all pages of voices once an hour, however many callers there are', async () => {
    const before = standIn.voicePages();
    const [voices = []] = await Promise.all([
      synthesizer.voices(),
      synthesizer.voices(),
      synthesizer.voices(),
    ]);
    assert.equal(voices.length, 7);
    assert.equal(standIn.voicePages() - before, 3);
    now += 3_599_999;
    await synthesizer.voices();
    assert.equal(standIn.voicePages() - before, 3);
    now += 1;
    await synthesizer.voices();
    assert.equal(standIn.voicePages() - before, 6);
  });

  it('puts the voice first that is used unless another is asked for', async () => {
    const ids = (await synthesizer.voices()).map(({ id }) => id);
    assert.deepEqual(ids, ['Danielle', 'Joanna', 'Matthew', 'Vicki', 'Zhiyu', 'Aditi', 'Patrick']);
  });

  it('puts the engine of a voice first that is used unless another is asked for', async () => {
    const voices = await synthesizer.voices();
    const enginesOf = (wanted: string) => voices.find(({ id }) => id === wanted)?.engines;
    assert.deepEqual(enginesOf('Joanna'), ['neural', 'standard', 'generative']);
    assert.deepEqual(enginesOf('Danielle'), ['neural', 'generative', 'long-form']);
    assert.deepEqual(voices.find(({ id }) => id === 'Aditi')?.languages, ['en-IN', 'hi-IN']);
  });

  it('does not keep a failure to ask for the voices', async () => {
    standIn.trouble('fail', 4);
    await assert.rejects(synthesizer.voices(), { code: 'store_unavailable' });
    assert.equal((await synthesizer.voices()).length, 7);
  });

  it('names the language to voices that have several, and to no other', async () => {
    await synthesizer.synthesize(piece, never);
    await synthesizer.synthesize({ ...piece, voice: 'Aditi', engine: 'standard', language: 'hi-IN' }, never);
    assert.deepEqual(
      standIn.calls.map(({ language }) => language),
      [undefined, 'hi-IN'],
    );
  });

  it('says in words why Polly refuses a text', async () => {
    const wrong: [Partial<SpeechPiece>, RegExp][] = [
      [{ engine: 'long-form' }, /voice does not speak with this engine/],
      [{ voice: 'Aditi', engine: 'standard', language: 'fr-FR' }, /voice does not speak this language/],
      [{ kind: 'ssml', content: '<speak><emphasis>now</emphasis></speak>' }, /does not take this SSML/],
      [{ content: 'a'.repeat(3001) }, /longer than the engine takes/],
      [{ engine: 'magic' }, /no such engine/],
    ];
    for (const [part, detail] of wrong) {
      await assert.rejects(synthesizer.synthesize({ ...piece, ...part }, never), (error: AppError) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.code, 'speech_failed');
        assert.match(error.detail ?? '', detail);
        return true;
      });
    }
    assert.deepEqual(standIn.calls, []);
  });

  it('does not ask generative voices where sentences begin, because they cannot say', async () => {
    assert.deepEqual(synthesizer.withoutMarks, ['generative']);
    await assert.rejects(synthesizer.marks({ ...piece, engine: 'generative' }, never), {
      code: 'speech_failed',
    });
    assert.deepEqual(standIn.calls, []);
  });

  it('tries again while Polly throttles, and is billed once', async () => {
    await synthesizer.voices();
    standIn.trouble('throttle', 1);
    await synthesizer.synthesize(piece, never);
    assert.equal(standIn.calls.length, 1);
  });

  it('gives up when Polly goes on throttling', async () => {
    await synthesizer.voices();
    const before = standIn.troubled();
    standIn.trouble('throttle', 4);
    await assert.rejects(synthesizer.synthesize(piece, never), { code: 'store_unavailable' });
    assert.equal(standIn.troubled() - before, 4);
  });

  it('takes no audio that broke off', async () => {
    await synthesizer.voices();
    for (const format of synthesizer.formats) {
      standIn.trouble('cut', 1);
      await assert.rejects(synthesizer.synthesize({ ...piece, format }, never), {
        code: 'store_unavailable',
      });
    }
  });

  it('takes no audio that Polly cut off after ten minutes', async () => {
    await synthesizer.voices();
    for (const format of synthesizer.formats) {
      standIn.slow(5);
      const content = 'a'.repeat(2999);
      await assert.rejects(synthesizer.synthesize({ ...piece, content, format }, never), {
        code: 'speech_failed',
        detail: /ten minutes/,
      });
      standIn.slow(1);
    }
  });

  it('keeps within half of the quota of an engine, and serves each in its turn', async () => {
    await synthesizer.voices();
    const release = standIn.hold();
    const speaking = Promise.all(Array.from({ length: 12 }, () => synthesizer.synthesize(piece, never)));
    await until(() => standIn.underWay() === 9 || undefined);
    const other = synthesizer.synthesize({ ...piece, engine: 'standard' }, never);
    await until(() => standIn.underWay() === 10 || undefined);
    release();
    await Promise.all([speaking, other]);
    assert.equal(standIn.mostAtOnce(), 10);
    assert.equal(standIn.calls.length, 13);
  });

  it('stops waiting for Polly as soon as nobody wants the speech', async () => {
    await synthesizer.voices();
    const release = standIn.hold();
    const controller = new AbortController();
    const speaking = synthesizer.synthesize(piece, controller.signal);
    await until(() => standIn.underWay() === 1 || undefined);
    const reason = new Error('gone');
    controller.abort(reason);
    await assert.rejects(speaking, reason);
    await until(() => standIn.underWay() === 0 || undefined);
    release();
  });
});
