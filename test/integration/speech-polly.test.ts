import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { parseBuffer } from 'music-metadata';
import { composeKeys } from '../../src/compose/compose-keys.ts';
import { openAwsPlatform } from '../../src/platform/aws/open-aws-platform.ts';
import { startAwsStandIn } from '../support/aws-stand-in.ts';
import { startPollyStandIn } from '../support/polly-stand-in.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';

const standIn = await startAwsStandIn();
after(() => standIn.stop());
const polly = await startPollyStandIn();
after(() => polly.stop());
const account = await standIn.another(polly.env);
const env = Object.fromEntries(
  Object.entries(account.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
);
const settings = { ...env, INLET_SPEECH_WAIT_SECONDS: '60' };
const instances = [await startInlet(settings), await startInlet(settings)] as [Inlet, Inlet];
after(() => Promise.all(instances.map((instance) => instance.stop())));

const clock = () => new Date();
const platform = await openAwsPlatform(account.config, { clock, log: { warn() {} }, env });
const { secret } = await composeKeys(platform, clock).create('reader', ['speech:write', 'speech:read']);
await platform.close();

interface Speech {
  id: string;
  milliseconds: number;
  links: { content: string; captions: string };
}

async function speak(body: object, instance = instances[0]) {
  const answer = await instance.fetch('/v1/speech', {
    method: 'POST',
    headers: { 'X-Api-Key': secret, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, speech: (await answer.json()) as Speech };
}

beforeEach(() => {
  polly.calls.length = 0;
});

test('50 equal requests at once, over two instances, are one call to Polly', async () => {
  const text = 'The signpost at the old mill points the wrong way.';
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => speak({ text }, instances[i % 2])));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
  assert.equal(new Set(answers.map(({ speech }) => speech.id)).size, 1);
  assert.equal(polly.calls.length, 1);
  assert.equal((await speak({ text })).status, 200, 'it is there');
  assert.equal(polly.calls.length, 1);
});

test('20 000 characters come out of Polly as one MP3 file whose captions are in order', async () => {
  const sentences = Array.from(
    { length: 400 },
    (_, i) => `${`Sentence number ${i + 1} says so`.padEnd(48, '!')}.`,
  );
  const text = sentences.join(' ');
  assert.ok(text.length >= 19_900 && text.length <= 20_100, String(text.length));
  const { status, speech } = await speak({ text, captions: true, format: 'mp3' });
  assert.equal(status, 201);
  assert.ok(polly.calls.every(({ characters }) => characters <= 3000));
  assert.equal(polly.calls.filter(({ kind }) => kind === 'audio').length, Math.ceil(text.length / 3000));

  const audio = Buffer.from(await (await fetch(speech.links.content)).arrayBuffer());
  const { format } = await parseBuffer(audio, { mimeType: 'audio/mpeg' }, { duration: true });
  assert.ok(Math.abs((format.duration ?? 0) * 1000 - speech.milliseconds) < 100, `${format.duration}`);

  const captions = await (await fetch(speech.links.captions)).text();
  const spoken = [...captions.matchAll(/^Sentence number (\d+) says so/gm)].map(([, n]) => Number(n));
  assert.deepEqual(
    spoken,
    sentences.map((_, i) => i + 1),
  );
  const starts = [...captions.matchAll(/^([\d:.]+) --> /gm)].map(([, time = '']) => time);
  assert.deepEqual(starts, starts.toSorted());
  assert.equal(new Set(starts).size, sentences.length);
});
