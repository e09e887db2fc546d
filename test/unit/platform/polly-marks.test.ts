import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPollyMarks } from '../../../src/platform/aws/polly-marks.ts';

const line = (mark: object) =>
  `${JSON.stringify({ time: 0, type: 'sentence', start: 0, end: 1, ...mark })}\n`;

test('of the marks of Polly the sentences are read, in their order, with their times', () => {
  const lines = [
    line({ value: 'One.' }),
    line({ type: 'word', time: 5, value: 'One' }),
    line({ time: 1234, value: 'Two & <three>.' }),
  ];
  assert.deepEqual(readPollyMarks(lines.join(''), 'text'), [
    { at: 0, text: 'One.' },
    { at: 1234, text: 'Two & <three>.' },
  ]);
  assert.deepEqual(readPollyMarks('\n', 'text'), []);
});

test('a sentence of SSML is read without its tags and entities, also where it cuts a tag in two', () => {
  const textOf = (value: string) => readPollyMarks(line({ value }), 'ssml')[0]?.text;
  assert.equal(
    textOf('<p>Fish &amp; chips\n <break time="1s"/>are <sub alias="very">v.</sub> good.'),
    'Fish & chips are v. good.',
  );
  assert.equal(textOf('good.</prosody></p>'), 'good.');
  assert.equal(textOf('&#65;&#x42;&lt;b&gt; &quot;&apos;'), 'AB<b> "\'');
  assert.equal(textOf('&amp;lt;'), '&lt;');
  assert.equal(textOf('&bogus; &#x110000; AT&T'), '&bogus; &#x110000; AT&T');
});
