import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { drainBody } from '../../../src/http/drain-body.ts';

type Bounds = Parameters<typeof drainBody>[1];

/** Sends a body to a server that only drains it, and tells how far the draining came. */
async function drained(bounds: Bounds, send: (request: http.ClientRequest) => void) {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const request = http.request({ port, host: '127.0.0.1', method: 'POST' });
  request.on('error', () => {});
  send(request);
  const [req] = (await once(server, 'request')) as [IncomingMessage];
  await drainBody(req, bounds);
  const state = { bytes: req.socket.bytesRead, complete: req.complete };
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  return state;
}

const MiB = 1024 ** 2;
const never = 3_600_000;

/** Goes on sending for as long as the other side reads. */
function sendWithoutEnd(request: http.ClientRequest): void {
  const chunk = Buffer.alloc(64 * 1024);
  const more = () => {
    while (!request.destroyed && request.write(chunk));
  };
  request.on('drain', more);
  more();
}

test('what is left of a body is read to its end', async () => {
  const { complete } = await drained({ milliseconds: never, bytes: 8 * MiB }, (request) =>
    request.end(Buffer.alloc(4 * MiB)),
  );
  assert.equal(complete, true);
});

test('a body without an end is given up at the bound of bytes', async () => {
  const { bytes, complete } = await drained({ milliseconds: never, bytes: 4 * MiB }, sendWithoutEnd);
  assert.equal(complete, false);
  assert.ok(bytes > 4 * MiB && bytes < 8 * MiB, `${bytes} bytes were read`);
});

test('a body that stops is given up at the bound of time', async () => {
  const { complete } = await drained({ milliseconds: 50, bytes: MiB }, (request) => request.write('a start'));
  assert.equal(complete, false);
});
