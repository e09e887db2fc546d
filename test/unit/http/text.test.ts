import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedText, prose } from '../../../src/http/text.ts';

test('prose has its line breaks unified and its ends trimmed, and keeps the rest', () => {
  assert.equal(prose(1, 100).parse('  a\r\nb\rc\n\td 🎉 \n'), 'a\nb\nc\n\td 🎉');
});

test('prose is measured after that: what is only blanks is nothing', () => {
  for (const text of ['', '  ', '\r\n\t\n']) assert.equal(prose(1, 100).safeParse(text).success, false);
  assert.equal(prose(1, 10).parse(`  ${'x'.repeat(10)}  `).length, 10);
  assert.equal(prose(1, 10).safeParse('x'.repeat(11)).success, false);
  assert.equal(prose(1, 10).parse('\r\n'.repeat(4) + 'a\r\n'.repeat(3)).length, 5);
});

test('controls and what could not be read are refused, in prose and in single texts', () => {
  for (const text of ['a\0b', 'a\x07b', 'a\x1bb', 'a\x7fb', 'a\x85b', 'a\uFFFDb', 'a\ud800b']) {
    assert.equal(prose(0, 100).safeParse(text).success, false, JSON.stringify(text));
    assert.equal(fixedText(0, 100).safeParse(text).success, false, JSON.stringify(text));
  }
});

test('a fixed text is kept as it is', () => {
  assert.equal(fixedText(0, 100).parse('  a\r\nb '), '  a\r\nb ');
  assert.equal(fixedText(1, 3).safeParse('').success, false);
  assert.equal(fixedText(1, 3).safeParse('abcd').success, false);
  assert.equal(fixedText(1, 3).safeParse(3).success, false);
});
