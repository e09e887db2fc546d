import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Exchange {
  method: 'GET' | 'POST' | 'OPTIONS';
  target: string;
  headers?: Record<string, string>;
  body?: Uint8Array | undefined;
  /** How long sending the body takes, in seconds. Default: as fast as it goes. */
  seconds?: number;
}

export interface WholeAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const stepMs = 100;

/**
 * One request over a kept connection. Rejects if the connection breaks before the whole answer is there, or if
 * nothing moves on it for longer than any load balancer waits.
 */
export function exchange(
  url: string,
  agent: Agent,
  { method, target, headers = {}, body, seconds = 0 }: Exchange,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const length = method === 'POST' ? { 'Content-Length': String(body?.length ?? 0) } : {};
    const outgoing = request(`${url}${target}`, { method, agent, headers: { ...headers, ...length } });
    outgoing.setTimeout(90_000, () => outgoing.destroy(new Error('nothing moved for 90 s')));
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const { statusCode: status = 0, headers, complete } = incoming;
        if (complete) resolve({ status, headers, body: Buffer.concat(chunks) });
        else reject(new Error('the answer was cut off'));
      });
    });
    if (body === undefined || seconds === 0) outgoing.end(body);
    else
      sendSlowly(body, seconds, {
        write: (part) => outgoing.write(part),
        isGone: () => outgoing.destroyed,
      }).then(() => outgoing.end(), reject);
  });
}

async function sendSlowly(
  body: Uint8Array,
  seconds: number,
  { write, isGone }: { write(part: Uint8Array): void; isGone(): boolean },
): Promise<void> {
  const size = Math.ceil((body.length * stepMs) / (seconds * 1000));
  for (let at = 0; at < body.length && !isGone(); at += size) {
    write(body.subarray(at, at + size));
    await delay(stepMs);
  }
}
