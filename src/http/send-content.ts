import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as contentDisposition from 'content-disposition';
import type { ByteRange } from '../uploads/object-store.ts';
import { answerConditions } from './conditions.ts';
import { selectRange } from './ranges.ts';
import type { Call } from './route.ts';

/** Bytes that are stored under a digest of theirs, and how browsers may use them. */
export interface StoredContent {
  /** For the log. */
  id: string;
  name: string;
  contentType: string;
  /** Bytes. */
  size: number;
  /** Lower-case hexadecimal. */
  sha256: string;
  /** ISO 8601. */
  createdAt: string;
  disposition: 'inline' | 'attachment';
}

function headersOf({ name, contentType, sha256, createdAt, disposition }: StoredContent) {
  return {
    'Content-Type': contentType,
    'Content-Disposition': contentDisposition.create(name, { type: disposition }),
    'Accept-Ranges': 'bytes',
    ETag: `"${sha256}"`,
    'Last-Modified': new Date(createdAt).toUTCString(),
    'Repr-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    'Cache-Control': 'private, max-age=0, must-revalidate',
    // What a visitor sent must never act with the rights of this origin, even if someone opens it here.
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    // The signed link is the permission, so pages of other origins may show the picture.
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}

/**
 * Answers a GET or HEAD with stored bytes, or with the one range of them that is asked for, after its conditions.
 * Rejects with `precondition_failed`, `range_not_satisfiable`, or as `open` does. Bytes that break off are logged.
 */
export async function sendContent(
  { req, res, log }: Pick<Call, 'req' | 'res' | 'log'>,
  content: StoredContent,
  open: (range?: ByteRange) => Promise<Readable>,
): Promise<undefined> {
  res.set(headersOf(content));
  if (answerConditions(req, res) === 'not_modified') {
    res.status(304).end();
    return undefined;
  }
  const range = selectRange(req, res, content.size);
  const length = range ? range.end - range.start + 1 : content.size;
  res.status(range ? 206 : 200).set('Content-Length', String(length));
  if (range) res.set('Content-Range', `bytes ${range.start}-${range.end}/${content.size}`);
  if (req.method === 'HEAD') {
    res.end();
    return undefined;
  }
  const bytes = await open(range);
  await pipeline(bytes, res).catch((error: unknown) => {
    if (!res.destroyed || !req.destroyed) log.warn({ err: error, id: content.id }, 'content broke off');
  });
  return undefined;
}
