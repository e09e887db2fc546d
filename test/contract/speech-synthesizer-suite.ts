import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { millisecondsOf } from '../../src/speech/audio.ts';
import type { SpeechPiece, SpeechSynthesizer } from '../../src/speech/speech-synthesizer.ts';
import { checkSsml } from '../../src/speech/ssml.ts';

export interface OpenedSynthesizer {
  synthesizer: SpeechSynthesizer;
  close(): Promise<void>;
}

/** A signal that nobody aborts. */
const never = () => new AbortController().signal;

/** What everything that speaks must do. `open` is called once. */
export function speechSynthesizerSuite(name: string, open: () => Promise<OpenedSynthesizer>): void {
  describe(`${name}: speech synthesizer`, () => {
    let opened: OpenedSynthesizer;
    let synthesizer: SpeechSynthesizer;
    let piece: SpeechPiece;
    before(async () => {
      opened = await open();
      synthesizer = opened.synthesizer;
      const voices = await synthesizer.voices();
      const voice = voices.find(({ languages }) => languages[0]?.startsWith('en-US')) ?? voices[0];
      assert.ok(voice);
      piece = {
        kind: 'text',
        content: 'The map is out of date.',
        voice: voice.id,
        engine: voice.engines[0] ?? '',
        language: voice.languages[0] ?? '',
        format: synthesizer.formats[0] ?? 'mp3',
      };
    });
    after(() => opened.close());

    const lengthOf = async (wanted: SpeechPiece) =>
      millisecondsOf(wanted.format, await synthesizer.synthesize(wanted, never()));

    it('has voices, each with an id, languages and engines, and no id twice', async () => {
      const voices = await synthesizer.voices();
      for (const { id, name: called, languages, engines } of voices) {
        assert.match(id, /^\S+$/);
        assert.match(called, /\S/);
        assert.ok(languages.length > 0 && engines.length > 0, id);
        for (const language of languages) assert.match(language, /^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$/);
      }
      assert.equal(new Set(voices.map(({ id }) => id)).size, voices.length);
    });

    it('speaks in each of its formats', async () => {
      for (const format of synthesizer.formats)
        assert.ok((await lengthOf({ ...piece, format })) > 500, format);
    });

    it('speaks longer for a longer text', async () => {
      const content = `${piece.content} `.repeat(10);
      assert.ok((await lengthOf({ ...piece, content })) > 5 * (await lengthOf(piece)));
    });

    it('speaks as many characters at once as it says', async () => {
      const content = 'All work and no play. '.repeat(200).slice(0, synthesizer.mostCharacters);
      assert.ok((await lengthOf({ ...piece, content })) > 60_000);
    });

    it('takes any text as text, markup and control characters included', async () => {
      const content =
        '<speak> & <break time="99s"/> </p> "quoted" [[h@l\'oU]] -f /etc/passwd 写 👩‍👩‍👧 \u0001x \\ %s';
      assert.ok((await lengthOf({ ...piece, content })) > 500);
    });

    it('takes SSML that was checked for the engine', async () => {
      const content = `<speak>One &amp; two. <break time="2s"/><s>Three &lt; four.</s> <sub alias="World Wide Web">WWW</sub></speak>`;
      checkSsml(content, piece.engine);
      assert.ok((await lengthOf({ ...piece, kind: 'ssml', content })) > 500);
    });

    it('says where each sentence begins, in order, within the audio', async () => {
      const content = 'The map is out of date. Where is room 12? Nobody knows!';
      const wanted: SpeechPiece = { ...piece, content };
      const marks = await synthesizer.marks(wanted, never());
      assert.deepEqual(
        marks.map(({ text }) => text),
        ['The map is out of date.', 'Where is room 12?', 'Nobody knows!'],
      );
      const [first, second, third] = marks.map(({ at }) => at);
      assert.ok(first === 0 || (first ?? 0) < 500);
      assert.ok((first ?? 0) < (second ?? 0) && (second ?? 0) < (third ?? 0));
      assert.ok((third ?? 0) < (await lengthOf(wanted)));
    });

    it('gives the sentences of SSML as they are spoken, without tags', async () => {
      const content =
        '<speak><p>Fish &amp; chips are <sub alias="very">v.</sub> good.</p> <s>Nobody knows!</s></speak>';
      const marks = await synthesizer.marks({ ...piece, kind: 'ssml', content }, never());
      assert.ok(marks.length > 0);
      const said = marks.map(({ text }) => text).join(' ');
      assert.match(said, /Fish & chips/);
      assert.match(said, /Nobody knows!/);
      assert.doesNotMatch(said, /[<>]/);
    });

    it('does not speak with a voice that it does not have', async () => {
      for (const voice of ['Nobody', '../../etc/passwd', '--help', '']) {
        await assert.rejects(synthesizer.synthesize({ ...piece, voice }, never()), { code: 'speech_failed' });
      }
    });

    it('does not speak once nobody wants it', async () => {
      const reason = new Error('gone');
      await assert.rejects(synthesizer.synthesize(piece, AbortSignal.abort(reason)), reason);
      await assert.rejects(synthesizer.marks(piece, AbortSignal.abort(reason)), reason);
    });

    it('speaks many pieces at once', async () => {
      const lengths = await Promise.all(Array.from({ length: 6 }, () => lengthOf(piece)));
      assert.equal(new Set(lengths).size, 1);
    });
  });
}
