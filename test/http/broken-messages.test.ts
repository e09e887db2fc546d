import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertNothingStored, assertProblem, assertStillServes } from '../support/checks.ts';
import { uploadHead } from '../support/multipart.ts';
import { openRaw, rawRequest } from '../support/raw-request.ts';
import { startInlet } from '../support/start-inlet.ts';

const inlet = await startInlet({ INLET_RELEASE: 'r-42', INLET_HEADERS_SECONDS: '70' });
after(() => inlet.stop());

const broken: [what: string, bytes: string][] = [
  ['no HTTP at all', 'hello there\r\n\r\n'],
  ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
  ['an unknown method', 'BREW /v1/uploads HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a blank in the path', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a header without a colon', 'GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n'],
  ['a blank before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
  ['a control character in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\x00c\r\n\r\n'],
  ['no Host', 'GET /health HTTP/1.1\r\n\r\n'],
  ['two Hosts', 'GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
];
for (const [what, bytes] of broken) {
  test(`${what} is a problem that says so, with the release and an id`, async () => {
    const answer = await rawRequest(inlet.port, bytes);
    assert.equal(answer.headers['x-inlet-release'], 'r-42');
    await assertProblem(inlet, answer, 'GET /', 'invalid_request');
    await assertStillServes(inlet);
  });
}

for (const [what, bytes] of [
  ['one header line of 1 MB', `GET /health HTTP/1.1\r\nHost: a\r\nX-Long: ${'a'.repeat(1024 ** 2)}\r\n\r\n`],
  ['a path of 1 MB', `GET /${'a'.repeat(1024 ** 2)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ['100 000 header lines', `GET /health HTTP/1.1\r\nHost: a\r\n${'A: b\r\n'.repeat(100_000)}\r\n`],
] as const) {
  test(`${what}: too large, and the connection closes`, async () => {
    const connection = await openRaw(inlet.port);
    void connection.send(bytes);
    const answer = await connection.answer();
    assert.equal(answer.headers.connection, 'close');
    await assertProblem(inlet, answer, 'GET /health', 'headers_too_large');
    await connection.closed;
    connection.destroy();
    await assertStillServes(inlet);
  });
}

test('nonsense after a complete answer gets an answer of its own, and ends the connection', async () => {
  const connection = await openRaw(inlet.port);
  await connection.send('GET /health HTTP/1.1\r\nHost: a\r\n\r\n');
  await connection.until('{"status":"ok"}');
  await connection.send('nonsense\r\n\r\n');
  const all = await connection.closed;
  connection.destroy();
  assert.deepEqual(all.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 200', 'HTTP/1.1 400']);
});

test('a client that sends half of its headers and leaves gets its answer, or nothing is held for it', async () => {
  const answer = await rawRequest(inlet.port, 'POST /v1/uploads HTTP/1.1\r\nHost: a\r\nContent-', {
    halfClose: true,
  });
  await assertProblem(inlet, answer, 'POST /v1/uploads', 'incomplete_body');
  const connection = await openRaw(inlet.port);
  await connection.send(uploadHead({ 'Content-Length': 100 }).slice(0, 30));
  connection.reset();
  await assertNothingStored(inlet);
  await assertStillServes(inlet);
});
