import path from 'node:path';
import { fileTypeFromBuffer } from 'file-type';

/** As many bytes as `file-type` wants to see. */
export const sniffedBytes = 4100;

const scripts: [RegExp, string][] = [
  [/^#!/, 'text/x-shellscript'],
  [/^<\?php/i, 'application/x-httpd-php'],
  [/^<(!doctype html|html|head|body|script|iframe|style|a|b|div|p|img|meta|link|form|table)\b/i, 'text/html'],
];

/** Text that a person would call by these names is not mistaken for something else. */
const textTypes: Record<string, string> = {
  '.txt': 'text/plain',
  '.text': 'text/plain',
  '.log': 'text/plain',
  '.md': 'text/plain',
  '.csv': 'text/csv',
  '.tsv': 'text/plain',
  '': 'text/plain',
};

/** UTF-16 is only known by its byte order mark, and only Windows writes it. */
function utf16Of(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined;
}

/** Bytes without control characters, which every old encoding avoids. */
function looksLikeText(head: Buffer): boolean {
  return !head.some((byte) => (byte < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d].includes(byte)) || byte === 0x7f);
}

/** One piece of what may come before the root element of an XML document. */
const prologPiece = /^(?:\s+|<\?xml[^>]*\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>[]*(?:\[[^\]]*\])?[^>]*>)/i;

/**
 * What an XML document is, by its root element. The pieces before it are taken off one by one: a pattern for
 * all of them at once could try every way to split them, which takes a hostile document years to refuse.
 */
function xmlType(text: string): string | undefined {
  let rest = text;
  for (let piece = prologPiece.exec(rest); piece; piece = prologPiece.exec(rest)) {
    rest = rest.slice(piece[0].length);
  }
  const root = /^<(?:\w+:)?(\w+)/.exec(rest)?.[1]?.toLowerCase();
  if (root === 'svg') return 'image/svg+xml';
  if (root === 'html') return 'text/html';
  return text.startsWith('<?xml') ? 'application/xml' : undefined;
}

function textType(head: Buffer, name: string, encoding: string): string {
  const text = new TextDecoder(encoding).decode(head).trimStart();
  const script = scripts.find(([start]) => start.test(text))?.[1];
  const xml = xmlType(text);
  if (xml) return xml;
  if (script) return script;
  // A text that calls itself a picture is broken or a disguise: it has no type that can be served.
  return textTypes[path.extname(name).toLowerCase()] ?? 'application/octet-stream';
}

/**
 * The media type that the first bytes of a file speak for. The name only helps to tell one text from
 * another. What cannot be told is `application/octet-stream`.
 */
export async function sniff(head: Buffer, name: string): Promise<string> {
  // Before file-type, which takes the mark of little-endian text for the first frame of an MP3.
  const utf16 = utf16Of(head);
  if (utf16) return textType(head, name, utf16);
  const found = await fileTypeFromBuffer(head);
  if (found && found.mime !== 'application/xml') return found.mime.replace(/;.*/, '');
  // The directory of a TIFF may lie at its end, where file-type cannot look; its first bytes are enough.
  if (/^(II\*\0|MM\0\*)/.test(head.toString('latin1', 0, 4))) return 'image/tiff';
  return looksLikeText(head) ? textType(head, name, 'utf-8') : 'application/octet-stream';
}
