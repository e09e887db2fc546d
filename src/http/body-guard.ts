import type { Request } from 'express';
import { AppError } from '../app-error.ts';

export interface BodyGuardOptions {
  /** No bytes at all for this long, or fewer than the rate allows, is a stall. */
  stallSeconds: number;
  /** 0 allows any rate. */
  minBytesPerSecond: number;
}

/**
 * Watches a body arrive, in place of Node's `requestTimeout`, which would end a slow but moving upload.
 * Calls `stalled` if too few bytes came over a whole stall time during which Inlet was ready to read. The
 * time that the store makes a client wait is not the client's fault and does not count.
 * Returns a function that stops watching.
 */
export function guardBody(
  req: Request,
  options: BodyGuardOptions,
  stalled: (error: AppError) => void,
): () => void {
  const { stallSeconds, minBytesPerSecond } = options;
  const least = Math.max(1, minBytesPerSecond * stallSeconds);
  let seen = req.socket.bytesRead;
  const timer = setInterval(() => {
    const arrived = req.socket.bytesRead - seen;
    // Whoever reads too slowly leaves bytes lying here. Not `readableFlowing`: it is false for every iterator.
    const waitingForUs = req.readableLength > 0;
    seen = req.socket.bytesRead;
    if (req.complete || req.destroyed) stop();
    else if (arrived < least && !waitingForUs) {
      stop();
      stalled(new AppError('request_timeout', `Only ${arrived} bytes came in ${stallSeconds} seconds.`));
    }
  }, stallSeconds * 1000);
  timer.unref();
  const stop = () => clearInterval(timer);
  return stop;
}
