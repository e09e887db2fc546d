import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEspeakVoices } from '../../../src/platform/local/espeak-voices.ts';

const table = `Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  af              --/M      Afrikaans          gmw/af
 5  chr-US-Qaaa-x-west --/M      Cherokee_          iro/chr
 5  cmn             --/M      Chinese_(Mandarin,_latin_as_English) sit/cmn              (zh-cmn 5)(zh 5)
 2  en-us           --/M      English_(America)  gmw/en-US            (en 3)
 7  yue             --/M      Chinese_(Cantonese,_odd) sit/odd
 5  yue             --/F      Chinese_(Cantonese) sit/yue              (zh-yue 5)(zh 8)
 5  !!              --/M      Broken             x/y
`;

test('the table of espeak-ng is read: each language once, as BCP 47 writes it if it can, the preferred first', () => {
  const voices = readEspeakVoices(table);
  assert.deepEqual(
    voices.map(({ id }) => id),
    ['en-us', 'af', 'cmn', 'yue'],
  );
  assert.deepEqual(voices[0], {
    id: 'en-us',
    name: 'English (America)',
    languages: ['en-US', 'en'],
    engines: ['espeak'],
  });
  const named = Object.fromEntries(voices.map(({ id, name }) => [id, name]));
  assert.equal(named.yue, 'Chinese (Cantonese)');
  for (const { languages } of voices) assert.deepEqual(Intl.getCanonicalLocales(languages), languages);
});

test('nothing is made of a table without voices', () => {
  assert.deepEqual(readEspeakVoices(''), []);
  assert.deepEqual(readEspeakVoices('Pty Language Age/Gender VoiceName File Other Languages\n'), []);
});
