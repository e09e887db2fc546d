import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { splitText } from '../../../src/speech/sentences.ts';

/** Numbers from 0 to below `most`, the same in every run. */
function numbers(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

const scraps = [
  ...[
    'Hello. ',
    'Wie geht es dir? ',
    'supercalifragilistic',
    ' ',
    '\n\n',
    '.',
    '…',
    'Dr. ',
    '3.14',
    '! ',
    '«ça va» ',
  ],
  ...[
    'e\u0301',
    'क्षि',
    '각',
    '👩‍👩‍👧‍👦',
    '🇩🇪',
    '🇫🇷',
    '👍🏽',
    '日本語。',
    'ไทย',
    'العربية؟ ',
    '\u0600',
    '\r\n',
    '𝔘',
    'a'.repeat(60),
  ],
];

function textOf(seed: number): string {
  const next = numbers(seed);
  return Array.from({ length: 1 + next(120) }, () => scraps[next(scraps.length)]).join('');
}

const graphemesOf = (text: string) =>
  new Set(
    Array.from(new Intl.Segmenter('de', { granularity: 'grapheme' }).segment(text), ({ index }) => index),
  );

describe('splitting a text into pieces', () => {
  it('gives pieces within the limit that make the text again, for a thousand odd texts', () => {
    for (let seed = 1; seed <= 1000; seed++) {
      const text = textOf(seed);
      const most = 40 + (seed % 50);
      const pieces = splitText(text, 'de-DE', most);
      assert.equal(pieces.join(''), text);
      for (const piece of pieces) {
        assert.ok(piece.length > 0 && piece.length <= most, `${piece.length} of ${most}, seed ${seed}`);
        assert.ok(piece.isWellFormed(), `half a character, seed ${seed}`);
      }
    }
  });

  it('never cuts within a grapheme', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const text = textOf(seed);
      const starts = graphemesOf(text);
      let offset = 0;
      for (const piece of splitText(text, 'de', 60)) {
        assert.ok(starts.has(offset), `seed ${seed}, offset ${offset}`);
        offset += piece.length;
      }
    }
  });

  it('leaves a text alone that fits', () => {
    assert.deepEqual(splitText('One. Two. Three.', 'en', 16), ['One. Two. Three.']);
    assert.deepEqual(splitText('', 'en', 16), []);
  });

  it('puts as many whole sentences into a piece as fit', () => {
    assert.deepEqual(splitText('One one. Two two. Three three. Four.', 'en', 20), [
      'One one. Two two. ',
      'Three three. Four.',
    ]);
    assert.deepEqual(splitText('私は猫。名前はまだない。どこで生れたか。', 'ja', 13), [
      '私は猫。名前はまだない。',
      'どこで生れたか。',
    ]);
  });

  it('makes shorter pieces of languages that say more with a character', () => {
    const text = '名前はまだない。'.repeat(750);
    for (const language of ['zh', 'cmn-CN', 'yue-CN', 'ja-JP', 'ko-KR', 'cmn-latn-pinyin']) {
      const pieces = splitText(text, language, 3000);
      assert.deepEqual(new Set(pieces.map((piece) => piece.length)), new Set([1000]), language);
      assert.equal(pieces.join(''), text);
    }
    assert.equal(splitText(text, 'en-US', 3000).length, 2);
    assert.equal(splitText(text, 'ja-JP', 500)[0]?.length, 496);
  });

  it('splits a sentence that is too long before a word', () => {
    assert.deepEqual(splitText('the quick brown fox jumps over', 'en', 12), [
      'the quick ',
      'brown fox ',
      'jumps over',
    ]);
  });

  it('splits a word that is too long, and a grapheme only if it alone is too long', () => {
    assert.deepEqual(splitText('abcdefghij', 'en', 4), ['abcd', 'efgh', 'ij']);
    assert.deepEqual(splitText('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 'en', 14), ['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦']);
    const accents = `a${'\u0301'.repeat(9)}`;
    assert.deepEqual(splitText(accents, 'en', 5), [accents.slice(0, 5), accents.slice(5)]);
  });

  it('takes the tags of engines that are no language tags', () => {
    for (const language of ['en-us-nyc', 'cmn-CN', 'arb', 'variant_f', '']) {
      assert.equal(splitText('One. Two. Three.', language, 6).join(''), 'One. Two. Three.');
    }
  });

  it('splits the longest texts, whatever they are made of', () => {
    const text = 'Ein Satz mit einigen Wörtern. '.repeat(3334).slice(0, 100_000);
    const pieces = splitText(text, 'de', 3000);
    assert.ok(pieces.length >= 34 && pieces.length <= 36, String(pieces.length));
    assert.equal(splitText('x'.repeat(100_000), 'de', 3000).length, 34);
    assert.equal(splitText(' '.repeat(100_000), 'de', 3000).length, 34);
  });
});
