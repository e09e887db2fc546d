import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config.ts';
import { sniff, sniffedBytes } from '../../../src/uploads/sniff.ts';
import {
  apng,
  bytes,
  gif,
  isoMedia,
  jpeg,
  linuxProgram,
  mp3,
  mp3WithId3,
  noise,
  ogg,
  pdf,
  png,
  scripts,
  svg,
  tiff,
  wav,
  webm,
  webp,
  windowsProgram,
  zip,
} from '../../support/samples.ts';

const typeOf = (content: Uint8Array, name = 'file') =>
  sniff(Buffer.from(content).subarray(0, sniffedBytes), name);
const utf16 = (mark: number[], text: string, swap: boolean) => {
  const body = Buffer.from(text, 'utf16le');
  return bytes(mark, swap ? body.swap16() : body);
};

const doctype =
  '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n';
const taken: [what: string, content: Uint8Array, type: string, name?: string][] = [
  ['JPEG', jpeg(), 'image/jpeg'],
  ['PNG', png(), 'image/png'],
  ['animated PNG', apng(), 'image/apng'],
  ['GIF', gif(), 'image/gif'],
  ['WebP', webp(), 'image/webp'],
  ['AVIF', isoMedia('avif', 'mif1', 'miaf'), 'image/avif'],
  ['HEIC', isoMedia('heic', 'mif1'), 'image/heic'],
  ['HEIF', isoMedia('mif1', 'heic'), 'image/heif'],
  ['TIFF, little-endian, directory at its end', tiff('II'), 'image/tiff'],
  ['TIFF, big-endian, directory at its end', tiff('MM'), 'image/tiff'],
  ['TIFF whose directory comes at once', tiff('II', 0), 'image/tiff'],
  ['SVG', svg(), 'image/svg+xml'],
  ['SVG with an XML declaration', svg('<?xml version="1.0" encoding="UTF-8"?>\n'), 'image/svg+xml'],
  ['SVG with a comment', svg('<!-- made by hand > -->\n'), 'image/svg+xml'],
  ['SVG with a document type', svg(doctype), 'image/svg+xml'],
  ['SVG with an internal subset', svg('<!DOCTYPE svg [<!ENTITY a "b>c">]>'), 'image/svg+xml'],
  ['SVG with all of them', svg(`<?xml version="1.0"?>\n<!-- a --><!-- b -->\n${doctype}`), 'image/svg+xml'],
  ['SVG with a byte order mark', bytes([0xef, 0xbb, 0xbf], svg()), 'image/svg+xml'],
  ['SVG with a prefix', bytes('<s:svg xmlns:s="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
  ['PDF', pdf(), 'application/pdf'],
  ['text in UTF-8', bytes(Buffer.from('Grüße, 世界 🎉\r\n\tend\f')), 'text/plain', 'note.txt'],
  [
    'text in UTF-8 that is cut off within a letter',
    bytes(Buffer.from('é'.repeat(3000))),
    'text/plain',
    'a.txt',
  ],
  ['text in UTF-16, little-endian', utf16([0xff, 0xfe], 'Grüße\n', false), 'text/plain', 'a.txt'],
  ['text in UTF-16, big-endian', utf16([0xfe, 0xff], 'Grüße\n', true), 'text/plain', 'a.txt'],
  ['text in Latin-1', bytes('Gr\xfc\xdfe\n'), 'text/plain', 'a.TXT'],
  ['text without an ending', bytes('Hello\n'), 'text/plain', 'README'],
  ['text with less-than signs', bytes('a < b and <b>ut</b>\n'), 'text/plain', 'a.txt'],
  ['Markdown', bytes('# Hello\n'), 'text/plain', 'a.md'],
  ['CSV', bytes('name,age\r\n"Müller, A",7\r\n'), 'text/csv', 'people.csv'],
  ['ZIP', zip(), 'application/zip'],
  ['MP4', isoMedia('isom', 'mp42'), 'video/mp4'],
  ['QuickTime', isoMedia('qt  '), 'video/quicktime'],
  ['WebM', webm(), 'video/webm'],
  ['MP3 without a tag', mp3(), 'audio/mpeg'],
  ['MP3 with a tag of 300 KB', mp3WithId3(300 * 1024), 'audio/mpeg'],
  ['WAV', wav(), 'audio/wav'],
  ['Ogg', ogg(), 'audio/ogg'],
  ['M4A', isoMedia('M4A '), 'audio/x-m4a'],
];

const allowed = new Set(loadConfig({}).INLET_ALLOWED_TYPES);
for (const [what, content, type, name] of taken) {
  test(`${what} is ${type}, which is taken by default`, async () => {
    assert.equal(await typeOf(content, name), type);
    assert.ok(allowed.has(type));
  });
}

test('a name changes nothing about what bytes are', async () => {
  for (const name of ['a.txt', 'a.pdf', 'a.exe', 'a.svg', '', '.', 'a'.repeat(5000)]) {
    assert.equal(await typeOf(jpeg(), name), 'image/jpeg');
    assert.equal(await typeOf(svg(), name), 'image/svg+xml');
  }
});

const refused: [what: string, content: Uint8Array, name: string][] = [
  ...Object.entries(scripts).map(([what, content]): [string, Uint8Array, string] => [what, content, 'a.jpg']),
  ['HTML named .txt', bytes('<!DOCTYPE html>\n<p>hi'), 'a.txt'],
  ['HTML behind blanks', bytes('\n\n  <html><body>'), 'a.txt'],
  ['HTML behind a comment', bytes('<!-- x --><html><body>'), 'a.txt'],
  ['XHTML', bytes('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'), 'a.xml'],
  ['XML', bytes('<?xml version="1.0"?><note/>'), 'a.xml'],
  ['PHP named .txt', bytes('<?php phpinfo();'), 'a.txt'],
  ['a shell script without an ending', bytes('#!/usr/bin/env bash\n'), 'run'],
  ['JavaScript', bytes('alert(1)\n'), 'a.js'],
  ['a Windows program', windowsProgram(), 'a.jpg'],
  ['a Windows program without an ending', windowsProgram(), 'setup'],
  ['a Linux program', linuxProgram(), 'a.jpg'],
  ['random bytes', noise(5000), 'a.jpg'],
  ['random bytes named .txt', noise(5000, 7), 'a.txt'],
  ['text with a NUL', bytes('hello\0world'), 'a.txt'],
];
for (const [what, content, name] of refused) {
  test(`${what} is nothing that is taken by default`, async () => {
    const type = await typeOf(content, name);
    assert.ok(!allowed.has(type), type);
  });
}

test('no text can keep the patterns busy', async () => {
  for (const piece of [
    '<!DOCTYPE[]>',
    '<!DOCTYPE[',
    '<!---->',
    '<!--',
    '<?xml?>',
    '<?xml',
    ' ',
    '<',
    '<a:',
    '\n<!DOCTYPE [ ] ] >',
  ]) {
    const content = bytes(
      piece.repeat(Math.ceil(sniffedBytes / piece.length)).slice(0, sniffedBytes - 1),
      '!',
    );
    assert.ok(!allowed.has(await typeOf(content, 'a.svg')), piece);
  }
});
