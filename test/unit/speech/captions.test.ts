import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toWebVtt } from '../../../src/speech/captions.ts';

test('a cue lasts from its sentence to the next one, over pieces, and the last one to the end', () => {
  const captions = toWebVtt([
    {
      milliseconds: 5000,
      marks: [
        { at: 0, text: 'One.' },
        { at: 2345, text: 'Two.' },
      ],
    },
    { milliseconds: 3_600_000, marks: [{ at: 100, text: 'Three.' }] },
    { milliseconds: 1234, marks: [{ at: 0, text: 'Four.' }] },
  ]);
  assert.equal(
    captions,
    [
      'WEBVTT',
      '1\n00:00:00.000 --> 00:00:02.345\nOne.',
      '2\n00:00:02.345 --> 00:00:05.100\nTwo.',
      '3\n00:00:05.100 --> 01:00:05.000\nThree.',
      '4\n01:00:05.000 --> 01:00:06.234\nFour.\n',
    ].join('\n\n'),
  );
});

test('what is said cannot end its cue or become a tag', () => {
  const text = 'a --> b\n\n<b>&amp;</b>\r\n00:00:00.000 --> 00:00:01.000\n\n2';
  const [, , , ...lines] = toWebVtt([{ milliseconds: 1000, marks: [{ at: 0, text }] }]).split('\n');
  assert.deepEqual(
    lines,
    [
      '00:00:00.000 --> 00:00:01.000',
      'a --&gt; b &lt;b&gt;&amp;amp;&lt;/b&gt; 00:00:00.000 --&gt; 00:00:01.000 2',
      '',
    ].slice(0, 3),
  );
});

test('cues are in order and never empty, whatever the marks say', () => {
  const captions = toWebVtt([
    {
      milliseconds: 1000,
      marks: [
        { at: 500, text: 'later' },
        { at: 500, text: 'at once' },
        { at: 2000, text: 'too late' },
        { at: 0, text: 'first' },
        { at: 100, text: ' \n ' },
      ],
    },
  ]);
  assert.deepEqual(captions.match(/^\S+ --> \S+$/gm), [
    '00:00:00.000 --> 00:00:00.500',
    '00:00:00.500 --> 00:00:00.501',
    '00:00:00.500 --> 00:00:02.000',
    '00:00:02.000 --> 00:00:02.001',
  ]);
});

test('a speech without sentences has captions without cues', () => {
  assert.equal(toWebVtt([]), 'WEBVTT\n\n');
});
