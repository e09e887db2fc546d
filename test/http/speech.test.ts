import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { noEspeak } from '../support/espeak.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';
import { sha256 } from '../support/upload-client.ts';

interface Shown {
  id: string;
  state: string;
  size: number;
  sha256: string;
  characters: number;
  milliseconds: number;
  captions: string;
  pieces?: { done: number; total: number };
  links: { self: string; content: string; captions?: string };
}

describe('speech', { skip: noEspeak() ?? false }, () => {
  let inlet: Inlet;
  before(async () => {
    inlet = await startInlet({ INLET_SPEECH_CHARACTERS_PER_MONTH: '50000', INLET_RELAY_SWEEP_SECONDS: '1' });
  });
  after(() => inlet.stop());

  const asAdmin = (target: string, { headers, ...options }: RequestInit = {}) =>
    inlet.fetch(target, { ...options, headers: { ...headers, 'X-Api-Key': inlet.key } });
  const post = (body: unknown, headers = {}) =>
    asAdmin('/v1/speech', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    });
  const shown = async (answer: Response) => (await answer.json()) as Shown;
  const refusal = async (body: unknown) =>
    assertProblem(inlet, await post(body), 'POST /v1/speech', 'validation_failed');

  it('makes a text into audio that can be fetched by a signed link, in parts and conditionally', async () => {
    const answer = await post({ text: 'Good morning.', language: 'en-gb' });
    assert.equal(answer.status, 201, await answer.clone().text());
    const speech = await shown(answer);
    assert.equal(answer.headers.get('location'), `/v1/speech/${speech.id}`);
    assert.deepEqual([speech.state, speech.characters, speech.captions], ['complete', 13, 'none']);

    const whole = await fetch(speech.links.content);
    assert.equal(whole.status, 200);
    assert.equal(whole.headers.get('content-type'), 'audio/wav');
    const audio = new Uint8Array(await whole.arrayBuffer());
    assert.deepEqual([audio.length, sha256(audio)], [speech.size, speech.sha256]);
    assert.ok(speech.milliseconds > 200);

    const etag = whole.headers.get('etag') ?? '';
    const part = await fetch(speech.links.content, { headers: { Range: 'bytes=0-3', 'If-Range': etag } });
    assert.deepEqual([part.status, await part.text()], [206, 'RIFF']);
    const known = await fetch(speech.links.content, { headers: { 'If-None-Match': etag } });
    assert.equal(known.status, 304);

    const self = await fetch(speech.links.self);
    assert.deepEqual((await shown(self)).sha256, speech.sha256);
  });

  it('answers 200 with the same speech the second time, and 50 at once with one', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post({ text: 'All at once.' })));
    const ids = new Set<string>();
    for (const answer of answers) {
      assert.ok([200, 201].includes(answer.status), `${answer.status}`);
      ids.add((await shown(answer)).id);
    }
    assert.equal(ids.size, 1);
    assert.equal((await post({ text: 'All at once.' })).status, 200);
    assert.equal(await inlet.metric('inlet_speech_characters_total'), 13 + 12);
  });

  const manySentences = (characters: number) => {
    let text = '';
    for (let n = 1; text.length < characters; n++) {
      text += `This is the sentence number ${n}, which is read aloud. `;
    }
    return text.slice(0, characters).trim();
  };
  /** Asks for it, and looks again and again until it is complete. */
  async function made(body: { text: string; captions?: boolean }): Promise<Shown> {
    const answer = await post(body);
    assert.ok([201, 202].includes(answer.status), await answer.clone().text());
    const { id } = await shown(answer);
    return until(async () => {
      const now = await shown(await asAdmin(`/v1/speech/${id}`));
      return now.state === 'complete' && now.captions !== 'making' ? now : undefined;
    }, 100_000);
  }

  it('makes 20 000 characters into one file', async () => {
    const speech = await made({ text: manySentences(20_000) });
    const audio = new Uint8Array(await (await fetch(speech.links.content)).arrayBuffer());
    assert.deepEqual([audio.length, sha256(audio)], [speech.size, speech.sha256]);
    assert.ok(speech.milliseconds > 600_000, 'longer than any piece');
  });

  it('makes captions that are in order, of a text that is spoken in two pieces', async () => {
    const speech = await made({ text: manySentences(4000), captions: true });
    const captions = await fetch(speech.links.captions ?? '');
    assert.equal(captions.headers.get('content-type'), 'text/vtt; charset=utf-8');
    const vtt = await captions.text();
    assert.match(vtt, /^WEBVTT\n\n/);
    const numbers = [...vtt.matchAll(/number (\d+),/g)].map(([, n]) => Number(n));
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, n) => n + 1),
    );
    assert.ok(numbers.length > 70, `${numbers.length} cues`);
    const starts = [...vtt.matchAll(/^(\S+) --> /gm)].map(([, start = '']) => start);
    assert.deepEqual(starts, starts.toSorted());
  });

  it('takes SSML, and says what is wrong in it', async () => {
    const good = await post({ ssml: '<speak>One <break time="200ms"/> two.</speak>' });
    assert.equal(good.status, 201, await good.clone().text());
    assert.equal((await refusal({ ssml: '<speak><audio src="x"/></speak>' })).errors?.[0]?.pointer, '/ssml');
    for (const ssml of ['<speak></speak>', '<speak>   </speak>']) {
      assert.equal((await refusal({ ssml })).errors?.[0]?.detail, 'There is nothing to say in it.');
    }
  });

  it('points at a voice, language, engine or format that is not there, and names those that are', async () => {
    for (const member of ['voice', 'language', 'engine']) {
      const { errors } = await refusal({ text: 'x', [member]: 'no-such' });
      assert.deepEqual(
        errors?.map(({ pointer }) => pointer),
        [`/${member}`],
      );
      assert.match(errors?.[0]?.detail ?? '', /Choose one of: \S/);
    }
    assert.equal(
      (await refusal({ text: 'x', format: 'mp3' })).errors?.[0]?.detail,
      'It is not available. Choose one of: wav.',
    );
  });

  it('takes either text or SSML, of a length that it can make', async () => {
    await refusal({});
    await refusal({ text: 'x', ssml: '<speak>x</speak>' });
    await refusal({ text: ' ' });
    await refusal({ text: 'x'.repeat(100_001) });
    await assertProblem(inlet, await post({ text: 'x'.repeat(1_300_001) }), 'POST /v1/speech', 'too_large');
  });

  it('refuses what would go over the budget, and says when to come back', async () => {
    const answer = await post({ text: `${'🔊 '.repeat(33_333)}` });
    await assertProblem(inlet, answer, 'POST /v1/speech', 'speech_budget_spent');
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
  });

  it('deletes everything, and knows only what exists', async () => {
    const { id, links } = await shown(await post({ text: 'Soon gone.' }));
    assert.equal((await asAdmin(`/v1/speech/${id}`, { method: 'DELETE' })).status, 204);
    const notFound = async (target: string, call: string, method = 'GET') =>
      assertProblem(inlet, await asAdmin(target, { method }), call, 'speech_not_found');
    await notFound(links.self, 'GET /v1/speech/{id}');
    await notFound(links.content, 'GET /v1/speech/{id}/content');
    await notFound(`/v1/speech/${id}`, 'DELETE /v1/speech/{id}', 'DELETE');
    await notFound('/v1/speech/no-id', 'GET /v1/speech/{id}');
    const other = await shown(await post({ text: 'No captions.' }));
    await notFound(`/v1/speech/${other.id}/captions`, 'GET /v1/speech/{id}/captions');
  });

  it('is for holders of a key or a signed link only', async () => {
    const { id, links } = await shown(await post({ text: 'Good morning.', language: 'en-gb' }));
    for (const path of ['', '/content', '/captions']) {
      const answer = await inlet.fetch(`/v1/speech/${id}${path}`);
      await assertProblem(inlet, answer, `GET /v1/speech/{id}${path}`, 'unauthorized');
    }
    const unsigned = await inlet.fetch('/v1/speech', { method: 'POST' });
    await assertProblem(inlet, unsigned, 'POST /v1/speech', 'unauthorized');
    const changed = await fetch(`${links.content}x`);
    await assertProblem(inlet, changed, 'GET /v1/speech/{id}/content', 'link_invalid');
  });
});
