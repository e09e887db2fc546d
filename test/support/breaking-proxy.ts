import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * What becomes of a request: `drop` closes the connection before it reaches the server, `drop-answer` after
 * the server has done it, `unavailable` answers 503, `corrupt` changes one byte of the body.
 */
export type Fate = 'pass' | 'drop' | 'drop-answer' | 'unavailable' | 'corrupt';

export interface BreakingProxy {
  url: string;
  stop(): Promise<void>;
}

/** A real HTTP server in front of another one. `decide` says what becomes of each request. */
export async function startBreakingProxy(
  target: string,
  decide: (request: IncomingMessage) => Fate,
): Promise<BreakingProxy> {
  return serve((incoming, outgoing) => {
    handle(target, decide(incoming), incoming, outgoing).catch(() => outgoing.destroy());
  });
}

async function serve(listener: RequestListener): Promise<BreakingProxy> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * A proxy that lets one request through at a time. DynamoDB decides about conditional writes to an item one after
 * another; moto answers requests in parallel threads without a lock, so that two writers may both be let in.
 */
export async function startQueueingProxy(target: string): Promise<BreakingProxy> {
  let last: Promise<unknown> = Promise.resolve();
  return serve((incoming, outgoing) => {
    last = last.then(() => handle(target, 'pass', incoming, outgoing).catch(() => outgoing.destroy()));
  });
}

async function handle(target: string, fate: Fate, incoming: IncomingMessage, outgoing: ServerResponse) {
  if (fate === 'drop') {
    incoming.socket.destroy();
    return;
  }
  const body = await buffer(incoming);
  if (fate === 'unavailable') {
    outgoing.writeHead(503, { 'content-type': 'application/xml' });
    outgoing.end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
    return;
  }
  if (fate === 'corrupt' && body.length > 0) body[0] = (body[0] ?? 0) ^ 1;
  const { method, headers } = incoming;
  const onward = request(new URL(incoming.url ?? '/', target), { method, headers, agent: false });
  onward.end(body);
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  const answerBody = await buffer(answer);
  if (fate === 'drop-answer') {
    incoming.socket.destroy();
    return;
  }
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  outgoing.end(answerBody);
}
