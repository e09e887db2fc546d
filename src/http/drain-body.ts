import type { IncomingMessage } from 'node:http';
import { within } from '../within.ts';
import { awaitsContinue } from './continue.ts';

/** Long enough for a browser to notice the answer, short enough that a refused client cannot stay. */
const usualBounds = { milliseconds: 5_000, bytes: 64 * 1024 ** 2 };

/** Whether the headers say that a body of at least one byte, or of unknown length, follows. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether the client has announced a body that has not arrived in full. */
export function hasUnreadBody(req: IncomingMessage): boolean {
  // A client that waits for "100 Continue" and does not get it sends no body at all (RFC 9110 section 10.1.1).
  return announcesBody(req) && !awaitsContinue(req) && !req.complete && !req.destroyed;
}

/** Reads and forgets what is left of a body, until it ends, or a bound of time or bytes is met. */
export async function drainBody(req: IncomingMessage, bounds = usualBounds): Promise<void> {
  const over = new Promise<void>((resolve) => {
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bounds.bytes) resolve();
    });
    for (const event of ['end', 'close', 'error']) req.once(event, () => resolve());
    req.resume();
  });
  await within(over, bounds.milliseconds);
}
