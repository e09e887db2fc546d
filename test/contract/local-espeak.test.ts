import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createEspeakSynthesizer } from '../../src/platform/local/espeak-synthesizer.ts';
import { millisecondsOf } from '../../src/speech/audio.ts';
import type { SpeechPiece } from '../../src/speech/speech-synthesizer.ts';
import { wavHead } from '../../src/speech/wav.ts';
import { noEspeak } from '../support/espeak.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { speechSynthesizerSuite } from './speech-synthesizer-suite.ts';

const clock = () => new Date();
const open = (env: NodeJS.ProcessEnv = process.env) => createEspeakSynthesizer({ clock, env });
const never = new AbortController().signal;
const piece: SpeechPiece = {
  kind: 'text',
  content: 'The map is out of date.',
  voice: 'en-us',
  engine: 'espeak',
  language: 'en-US',
  format: 'wav',
};

const reason = noEspeak();
if (reason === undefined) {
  speechSynthesizerSuite('espeak-ng', async () => ({ synthesizer: open(), async close() {} }));

  describe('espeak-ng', () => {
    const speak = (part: Partial<SpeechPiece>) => open().synthesize({ ...piece, ...part }, never);

    it('writes a WAV file whose head tells its true size', async () => {
      const wav = await speak({});
      assert.equal(wav.readUInt32LE(4), wav.length - 8);
      assert.equal(wav.readUInt32LE(40), wav.length - 44);
    });

    it('does what SSML says', async () => {
      const ssml = (content: string) => speak({ kind: 'ssml', content: `<speak>${content}</speak>` });
      const lengthOf = async (content: string) => millisecondsOf('wav', await ssml(content));
      const plain = await lengthOf('The map is out of date.');
      const paused = await lengthOf('The map <break time="2s"/> is out of date.');
      assert.ok(paused - plain > 1500 && paused - plain < 2500, `${plain} and ${paused} ms`);
      const slow = await lengthOf('<prosody rate="x-slow">The map is out of date.</prosody>');
      assert.ok(slow > 1.3 * plain, `${plain} and ${slow} ms`);
    });

    it('speaks what looks like its own commands', async () => {
      const lengthOf = async (content: string) => millisecondsOf('wav', await speak({ content }));
      // As phonemes this would be one short word, as commands nothing at all.
      assert.ok((await lengthOf("[[h@l'oU]]")) > (await lengthOf('hello')));
      assert.equal(await lengthOf('\u0001200S The map.'), await lengthOf(' 200S The map.'));
    });

    it('says that there is nothing to say', async () => {
      await assert.rejects(speak({ content: '' }), { code: 'speech_failed' });
    });

    it('stops where the pauses of SSML would make more than ten minutes', async () => {
      const content = `<speak>${'a <break time="10s"/>'.repeat(100)}</speak>`;
      await assert.rejects(speak({ kind: 'ssml', content }), {
        code: 'speech_failed',
        detail: /ten minutes/,
      });
    });
  });
} else {
  it('espeak-ng', { skip: reason });
}

describe('a program in the place of espeak-ng', () => {
  const voices =
    'Pty Language       Age/Gender VoiceName          File      Other Languages\\n 2  en-us  --/M  English  gmw/en-US  (en 3)\\n';

  let temp: TempFolder;
  let folder: string;
  beforeEach(async () => {
    temp = await tempFolder();
    folder = temp.folder;
  });
  afterEach(() => temp.remove());

  /** Puts a shell script on an otherwise empty PATH. */
  async function stub(script: string) {
    const file = path.join(folder, 'espeak-ng');
    await writeFile(
      file,
      `#!/bin/sh\nif [ "$1" = --voices ]; then printf '${voices}'; exit; fi\n${script}\n`,
    );
    await chmod(file, 0o755);
    return open({ PATH: folder, SECRET: 'hidden' });
  }

  it('that is not there makes speech unavailable, until it is installed', async () => {
    const synthesizer = open({ PATH: folder });
    const refused = { code: 'speech_unavailable' };
    await assert.rejects(synthesizer.voices(), refused);
    await assert.rejects(synthesizer.synthesize(piece, never), refused);
    await assert.rejects(synthesizer.marks(piece, never), refused);
    await stub('exit 0');
    assert.deepEqual(await synthesizer.voices(), [
      { id: 'en-us', name: 'English', languages: ['en-US', 'en'], engines: ['espeak'] },
    ]);
  });

  it('that fails makes the speech fail, and its words stay in the log', async () => {
    const synthesizer = await stub('echo "cannot open /secret" >&2; exit 3');
    await assert.rejects(synthesizer.synthesize(piece, never), (error: Error & { code: string }) => {
      assert.equal(error.code, 'speech_failed');
      assert.doesNotMatch(error.message, /secret/);
      assert.match(String(error.cause), /3 cannot open/);
      return true;
    });
  });

  it('gets the text on its standard input, and nothing of the environment', async () => {
    const seen = path.join(folder, 'seen');
    const script = `/bin/cat > ${seen}; echo "$@ $SECRET" >> ${seen}; exit 1`;
    const synthesizer = await stub(script);
    await assert.rejects(synthesizer.synthesize({ ...piece, content: '--path=/etc $HOME' }, never));
    assert.equal(await readFile(seen, 'utf8'), '--path=/etc $HOME-b 1 --stdin --stdout -v en-us \n');
  });

  it('never sees SSML as it was sent, but written anew', async () => {
    const seen = path.join(folder, 'seen');
    const synthesizer = await stub(`/bin/cat > ${seen}; exit 1`);
    const content =
      '<speak version="1.1"><mark name="a"/>&lt;audio src="x"/&gt; &amp;lt;<sub alias=\'a "b" &gt; c\'>[[d</sub></speak>';
    await assert.rejects(synthesizer.synthesize({ ...piece, kind: 'ssml', content }, never));
    assert.equal(
      await readFile(seen, 'utf8'),
      '<speak> audio src="x"/  &amp;lt;<sub alias="a  b    c">[ [d</sub></speak>',
    );
    const bad = '<speak><audio src="x"/></speak>';
    await assert.rejects(synthesizer.synthesize({ ...piece, kind: 'ssml', content: bad }, never), {
      code: 'validation_failed',
    });
  });

  it('is started a bounded number of times, however many sentences there are', async () => {
    const log = path.join(folder, 'started');
    const wav = path.join(folder, 'wav');
    await writeFile(
      wav,
      Buffer.concat([wavHead({ channels: 1, rate: 8000, bits: 16 }, 16_000), Buffer.alloc(16_000)]),
    );
    const synthesizer = await stub(`echo x >> ${log}; /bin/cat > /dev/null; /bin/cat ${wav}`);
    const sentences = Array.from({ length: 250 }, (_, n) => `Number ${n}.`);
    for (const kind of ['text', 'ssml'] as const) {
      const said = sentences.join(' ');
      const content = kind === 'ssml' ? `<speak><p>${said}</p></speak>` : said;
      const marks = await synthesizer.marks({ ...piece, kind, content }, never);
      assert.deepEqual(
        marks.map(({ text }) => text),
        sentences,
      );
      const starts = marks.map(({ at }) => at);
      assert.equal(new Set(starts).size, 250);
      assert.deepEqual(
        starts,
        starts.toSorted((a, b) => a - b),
      );
      assert.ok((starts.at(-1) ?? 0) < 1000);
    }
    const runs = (await readFile(log, 'utf8')).trim().split('\n').length;
    assert.ok(runs <= 2 * 17, `${runs} runs`);
  });

  it('is killed when nobody wants its speech any more, and no more than two run at once', async () => {
    const script = `echo $$ >> ${folder}/started; exec /bin/sleep 600`;
    const synthesizer = await stub(script);
    const controller = new AbortController();
    const reason = new Error('gone');
    const speaking = Array.from({ length: 4 }, () => synthesizer.synthesize(piece, controller.signal));
    const settled = Promise.allSettled(speaking);
    const started = async () => {
      const text = await readFile(path.join(folder, 'started'), 'utf8').catch(() => '');
      return text.trim().split('\n').filter(Boolean).map(Number);
    };
    const pids = await until(async () => {
      const found = await started();
      return found.length >= 2 ? found : undefined;
    });
    controller.abort(reason);
    for (const result of await settled) {
      assert.deepEqual(result, { status: 'rejected', reason });
    }
    assert.deepEqual(await started(), pids);
    assert.equal(pids.length, 2);
    for (const pid of pids) await until(() => (isAlive(pid) ? undefined : true));
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
