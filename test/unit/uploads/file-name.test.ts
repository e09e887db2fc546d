import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRawName, keptFileName } from '../../../src/uploads/file-name.ts';

const latin1 = (bytes: Buffer) => bytes.toString('latin1');

test('a name in a header is read as UTF-8, and as Windows-1252 where it is none', () => {
  assert.equal(decodeRawName('plain.jpg'), 'plain.jpg');
  assert.equal(decodeRawName(latin1(Buffer.from('Grüße 世界.jpg'))), 'Grüße 世界.jpg');
  assert.equal(decodeRawName('caf\xe9 \x80.jpg'), 'café €.jpg');
  assert.equal(decodeRawName('世界.jpg'), '世界.jpg', 'what was decoded already stays');
});

test('a name is the last step of its path, composed and trimmed', () => {
  for (const [sent, kept] of [
    ['a.jpg', 'a.jpg'],
    ['C:\\fakepath\\a.jpg', 'a.jpg'],
    ['/home/me/a.jpg', 'a.jpg'],
    ['e\u0301.jpg', 'é.jpg'],
    ['  a.jpg ', 'a.jpg'],
    ['...', '...'],
    ['a..b', 'a..b'],
    ['', 'file'],
    ['.', 'file'],
    ['folder/', 'file'],
  ]) {
    assert.equal(keptFileName(sent), kept, sent);
  }
  assert.equal(keptFileName(undefined), 'file');
});

test('a name that climbs, hides something or is too long is refused', () => {
  const refused = [
    '..',
    '../a',
    'a/../b',
    '..\\a',
    'a\0b',
    'a\nb',
    'a\u0085b',
    'a\u202eb',
    'a\u2069b',
    'a\u061cb',
  ];
  for (const sent of [...refused, 'a'.repeat(256), 'é'.repeat(128)]) {
    assert.throws(() => keptFileName(sent), { code: 'invalid_file_name' }, JSON.stringify(sent.slice(0, 9)));
  }
  assert.equal(keptFileName('a'.repeat(255)), 'a'.repeat(255));
});
