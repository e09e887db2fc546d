import { bytes } from './samples.ts';

/** A part of a form: its header lines and its content, both exactly as they are to be sent. */
export interface Part {
  headers: string[];
  content: string | Uint8Array;
}

export const boundary = 'inlet-test-boundary';
export const formType = `multipart/form-data; boundary=${boundary}`;

export const filePart = (
  content: string | Uint8Array,
  disposition = 'form-data; name="file"; filename="photo.jpg"',
): Part => ({ headers: [`Content-Disposition: ${disposition}`, 'Content-Type: image/jpeg'], content });

export const textPart = (name: string, content: string): Part => ({
  headers: [`Content-Disposition: form-data; name="${name}"`],
  content,
});

/** A form, byte for byte. Header lines are sent as Latin-1. Without `end` its final boundary is missing. */
export function multipart(parts: Part[], { end = true }: { end?: boolean } = {}): Uint8Array<ArrayBuffer> {
  const sections = parts.flatMap(({ headers, content }) => [
    `--${boundary}\r\n${headers.join('\r\n')}\r\n\r\n`,
    content,
    '\r\n',
  ]);
  return bytes(...sections, end ? `--${boundary}--\r\n` : '');
}

/** The head of an upload request, for raw connections. */
export function uploadHead(headers: Record<string, string | number>, target = '/v1/uploads'): string {
  const lines = Object.entries({ Host: 'inlet.test', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `POST ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** One chunk of a chunked body (RFC 9112 section 7.1). */
export const chunk = (content: string | Uint8Array) =>
  bytes(`${content.length.toString(16)}\r\n`, content, '\r\n');
export const lastChunk = '0\r\n\r\n';
