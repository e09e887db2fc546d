import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  assertNothingStays,
  assertNothingStored,
  assertProblem,
  assertRefused,
  assertStillServes,
  endedUploads,
} from '../support/checks.ts';
import { chunk, filePart, formType, lastChunk, multipart, uploadHead } from '../support/multipart.ts';
import { openRaw, type RawAnswer, rawRequest } from '../support/raw-request.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';

const inlet = await startInlet();
after(() => inlet.stop());

const photo = jpeg(200_000);
const form = multipart([filePart(photo)]);
const call = 'POST /v1/uploads';

/** For answers that come from beside the application: the traces of the request vanish just after. */
async function assertBroken(asked: Promise<RawAnswer>, code: 'incomplete_body' | 'invalid_request') {
  const ended = await endedUploads(inlet);
  const answer = await asked;
  const problem = await assertProblem(inlet, answer, call, code);
  assert.equal(problem.instance, '/v1/uploads');
  assert.equal(answer.headers.connection, 'close');
  await assertNothingStays(inlet, ended + 1);
  await assertStillServes(inlet);
}

const empty: [what: string, bytes: string[]][] = [
  ['no body', [uploadHead({})]],
  ['a length of 0', [uploadHead({ 'Content-Length': 0 })]],
  ['no chunk', [uploadHead({ 'Transfer-Encoding': 'chunked' }), lastChunk]],
  ['a form without a body', [uploadHead({ 'Content-Type': formType })]],
  ['a form with a length of 0', [uploadHead({ 'Content-Type': formType, 'Content-Length': 0 })]],
];
for (const [what, bytes] of empty) {
  test(`an empty request is refused: ${what}`, async () => {
    await assertRefused(inlet, await rawRequest(inlet.port, bytes), 'empty_body');
  });
}

test('a form of no chunks is incomplete', async () => {
  const head = uploadHead({ 'Content-Type': formType, 'Transfer-Encoding': 'chunked' });
  await assertRefused(inlet, await rawRequest(inlet.port, [head, lastChunk]), 'incomplete_body');
});

const bodies: [what: string, type: string, body: Uint8Array][] = [
  ['a raw body', 'image/jpeg', photo],
  ['a form', formType, form],
];
for (const [what, type, body] of bodies) {
  const partial: [how: string, bytes: (string | Uint8Array)[]][] = [
    [
      'that stops early',
      [
        uploadHead({ 'Content-Type': type, 'Content-Length': body.length }),
        body.subarray(0, body.length - 1000),
      ],
    ],
    [
      'with its first bytes only',
      [uploadHead({ 'Content-Type': type, 'Content-Length': body.length }), body.subarray(0, 10)],
    ],
    [
      'shorter than its length',
      [uploadHead({ 'Content-Type': type, 'Content-Length': body.length + 1 }), body],
    ],
    [
      'without its last chunk',
      [uploadHead({ 'Content-Type': type, 'Transfer-Encoding': 'chunked' }), chunk(body)],
    ],
    [
      'that stops in a chunk',
      [uploadHead({ 'Content-Type': type, 'Transfer-Encoding': 'chunked' }), chunk(body).subarray(0, -500)],
    ],
  ];
  for (const [how, bytes] of partial) {
    test(`${what} ${how} gets its answer after a half-close, and leaves nothing`, async () => {
      await assertBroken(rawRequest(inlet.port, bytes, { halfClose: true }), 'incomplete_body');
    });

    test(`${what} ${how} leaves nothing after a reset`, async () => {
      const ended = await endedUploads(inlet);
      const aborted = await inlet.metric('inlet_uploads_total', { outcome: 'client_abort' });
      const [head = '', ...rest] = bytes;
      const connection = await openRaw(inlet.port);
      await connection.send(String(head).replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n'));
      // A reset overtakes bytes that were not read yet: without this, the process might never see any.
      await connection.until('100 Continue');
      for (const part of rest) await connection.send(part);
      connection.reset();
      await inlet.logged((line) => line.clientPort === connection.localPort && line.status === 499);
      await assertNothingStays(inlet, ended + 1);
      assert.equal(await inlet.metric('inlet_uploads_total', { outcome: 'client_abort' }), aborted + 1);
      await assertStillServes(inlet);
    });
  }

  test(`${what} longer than its length is refused, and leaves nothing`, async () => {
    const head = uploadHead({ 'Content-Type': type, 'Content-Length': 100 });
    await assertBroken(rawRequest(inlet.port, Buffer.concat([Buffer.from(head), body])), 'invalid_request');
  });

  test(`${what} with a chunk of no size is refused, and leaves nothing`, async () => {
    const head = uploadHead({ 'Content-Type': type, 'Transfer-Encoding': 'chunked' });
    const bytes = [head, chunk(body.subarray(0, 5000)), 'zz\r\n', body];
    await assertBroken(rawRequest(inlet.port, bytes), 'invalid_request');
  });
}

test('a request that contradicts itself about its length is refused', async () => {
  const heads = [
    uploadHead({ 'Content-Length': 10, 'Transfer-Encoding': 'chunked' }),
    uploadHead({ 'Content-Length': 10, 'content-length': 20 }),
    uploadHead({ 'Content-Length': -1 }),
    uploadHead({ 'Content-Length': 'ten' }),
    uploadHead({ 'Transfer-Encoding': 'gzip' }),
  ];
  for (const head of heads) {
    await assertProblem(inlet, await rawRequest(inlet.port, [head]), call, 'invalid_request');
  }
  await assertNothingStored(inlet);
  await assertStillServes(inlet);
});

for (const [name, value, code] of [
  ['Content-Encoding', 'gzip', 'unsupported_media_type'],
  ['Content-Encoding', 'identity, br', 'unsupported_media_type'],
  ['Expect', 'a-miracle', 'expectation_failed'],
] as const) {
  test(`${name}: ${value} is refused, for a raw body and for a form`, async () => {
    for (const [, type, body] of bodies) {
      const head = uploadHead({ 'Content-Type': type, 'Content-Length': body.length, [name]: value });
      await assertRefused(inlet, await rawRequest(inlet.port, [head, body]), code);
    }
  });
}
