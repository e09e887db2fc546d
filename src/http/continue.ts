import type { IncomingMessage, ServerResponse } from 'node:http';

const awaiting = Symbol('awaits "100 Continue"');
type Asking = IncomingMessage & { [awaiting]?: boolean };

/** Notes that the client waits for "100 Continue" before it sends its body (RFC 9110 section 10.1.1). */
export function noteExpectation(req: Asking): void {
  req[awaiting] = true;
}

export function awaitsContinue(req: Asking): boolean {
  return req[awaiting] === true;
}

/** Lets a client that waits send its body. Called once nothing speaks against taking it. */
export function letBodyCome(req: Asking, res: ServerResponse): void {
  if (!awaitsContinue(req)) return;
  req[awaiting] = false;
  res.writeContinue();
}
