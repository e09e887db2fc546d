import { createHash } from 'node:crypto';
import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface UploadAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface SlowUpload {
  /** Lower-case hexadecimal, of what is sent. */
  sha256: string;
  /** Resolves once the first bytes have been handed to the kernel. */
  started: Promise<void>;
  /** Rejects if the connection breaks before the whole answer has come. */
  answer: Promise<UploadAnswer>;
}

interface SlowUploadOptions {
  content: Uint8Array;
  /** How long the client takes to send all of it, in even steps. */
  seconds: number;
  agent?: Agent;
}

/** A client on a slow line, which sends a file as a raw body. */
export function slowUpload(url: string, { content, seconds, agent }: SlowUploadOptions): SlowUpload {
  const headers = { 'Content-Type': 'image/jpeg', 'Content-Length': content.length };
  const outgoing = request(`${url}/v1/uploads?name=slow.jpg`, { method: 'POST', headers, agent });
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const answer = answerOf(outgoing);
  void send(outgoing, content, seconds, resolve);
  return { sha256: createHash('sha256').update(content).digest('hex'), started, answer };
}

async function send(to: ClientRequest, content: Uint8Array, seconds: number, started: () => void) {
  const steps = Math.max(1, seconds * 20);
  const size = Math.ceil(content.length / steps);
  for (let at = 0; at < content.length && !to.destroyed; at += size) {
    to.write(content.subarray(at, at + size), started);
    await delay(50);
  }
  to.end();
}

/** The whole answer to a request. */
export function answerOf(outgoing: ClientRequest): Promise<UploadAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      incoming.once('error', reject);
      incoming.once('end', () => {
        const { statusCode: status = 0, headers, complete } = incoming;
        if (complete) resolve({ status, headers, body });
        else reject(new Error('the answer was cut off'));
      });
    });
  });
}
