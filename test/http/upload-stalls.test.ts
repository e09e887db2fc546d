import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertNothingStays, assertProblem, assertStillServes, endedUploads } from '../support/checks.ts';
import { chunk, filePart, formType, multipart, uploadHead } from '../support/multipart.ts';
import { openRaw } from '../support/raw-request.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { uploadOf } from '../support/upload-client.ts';

const inlet = await startInlet({ INLET_STALL_SECONDS: '1', INLET_MIN_BYTES_PER_SECOND: '1000' });
after(() => inlet.stop());

const photo = jpeg(20_000);
const form = multipart([filePart(photo)]);
const chunked = { 'Transfer-Encoding': 'chunked' };

const stalls: [what: string, bytes: (string | Uint8Array)[]][] = [
  ['a raw body that never begins', [uploadHead({ 'Content-Length': photo.length })]],
  ['a raw body that stops after its first bytes', [uploadHead(chunked), chunk(photo.subarray(0, 10))]],
  ['a raw body that stops in the middle', [uploadHead(chunked), chunk(photo.subarray(0, 10_000))]],
  ['a raw body whose last chunk never comes', [uploadHead(chunked), chunk(photo)]],
  [
    'a form that stops in a part header',
    [uploadHead({ 'Content-Type': formType, ...chunked }), chunk(form.subarray(0, 50))],
  ],
  [
    'a form that stops in a file',
    [uploadHead({ 'Content-Type': formType, ...chunked }), chunk(form.subarray(0, 10_000))],
  ],
  [
    'a form that stops before its final boundary',
    [uploadHead({ 'Content-Type': formType, ...chunked }), chunk(form.subarray(0, -10))],
  ],
];
test('stalled uploads are answered, counted and removed', { concurrency: true }, async (t) => {
  const ended = await endedUploads(inlet);
  await Promise.all(
    stalls.map(([what, bytes]) =>
      t.test(what, async () => {
        const connection = await openRaw(inlet.port);
        for (const part of bytes) await connection.send(part);
        const answer = await connection.answer();
        assert.equal(answer.headers.connection, 'close');
        await assertProblem(inlet, answer, 'POST /v1/uploads', 'request_timeout');
        await connection.closed;
      }),
    ),
  );
  await assertNothingStays(inlet, ended + stalls.length);
  assert.equal(await inlet.metric('inlet_uploads_total', { outcome: 'stalled' }), stalls.length);
  await assertStillServes(inlet);
});

/** Sends a body bit by bit until the answer comes. */
async function trickle(body: Uint8Array, pieceBytes: number, everyMs: number) {
  const connection = await openRaw(inlet.port);
  await connection.send(uploadHead({ 'Content-Length': body.length }));
  let at = 0;
  const timer = setInterval(() => {
    if (at < body.length) void connection.send(body.subarray(at, at + pieceBytes));
    at += pieceBytes;
  }, everyMs);
  try {
    return await connection.answer();
  } finally {
    clearInterval(timer);
    connection.destroy();
  }
}

test('an upload below the least rate is ended, though it never pauses', async () => {
  const ended = await endedUploads(inlet);
  const answer = await trickle(photo, 5, 50);
  await assertProblem(inlet, answer, 'POST /v1/uploads', 'request_timeout');
  await assertNothingStays(inlet, ended + 1);
  await assertStillServes(inlet);
});

test('a slow upload above the least rate is taken, however many stall times it needs', async () => {
  const upload = await uploadOf(await trickle(photo, 500, 75));
  assert.equal(upload.size, photo.length);
});
