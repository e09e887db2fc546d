import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertRefused } from '../support/checks.ts';
import { chunk, filePart, formType, multipart, uploadHead } from '../support/multipart.ts';
import { openRaw, rawRequest } from '../support/raw-request.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { uploadClient, uploadOf } from '../support/upload-client.ts';

const limit = 100_000;
const inlet = await startInlet({ INLET_MAX_UPLOAD_BYTES: String(limit), INLET_MAX_FILES: '2' });
const client = uploadClient(inlet);
after(() => inlet.stop());

test('a file of exactly the limit is taken, by a raw body and by a form', async () => {
  for (const answer of [await client.raw(jpeg(limit)), await client.parts([filePart(jpeg(limit))])]) {
    const { id, size } = await uploadOf(answer);
    assert.equal(size, limit);
    await client.remove(id);
  }
});

test('two files of the limit each are taken in one form', async () => {
  const answer = await client.parts([filePart(jpeg(limit)), filePart(jpeg(limit))]);
  assert.equal(answer.status, 201);
  const { uploads } = JSON.parse(answer.body) as { uploads: { id: string }[] };
  await client.remove(...uploads.map(({ id }) => id));
});

test('one byte more is refused, by a raw body and by a form', async () => {
  await assertRefused(inlet, await client.raw(jpeg(limit + 1)), 'too_large');
  await assertRefused(inlet, await client.parts([filePart(jpeg(limit + 1))]), 'too_large');
});

test('a second file that is too large takes the first one with it', async () => {
  await assertRefused(inlet, await client.parts([filePart(jpeg()), filePart(jpeg(limit + 1))]), 'too_large');
});

for (const [what, headers] of [
  ['a raw body', { 'Content-Length': limit + 1 }],
  ['a form', { 'Content-Type': formType, 'Content-Length': 2 * limit + 2 * 1024 ** 2 }],
] as const) {
  test(`${what} that announces too much is refused before any of it is asked for`, async () => {
    const head = uploadHead({ ...headers, Expect: '100-continue' });
    const answer = await rawRequest(inlet.port, [head]);
    assert.deepEqual(answer.interim, [], 'no 100 Continue');
    await assertRefused(inlet, answer, 'too_large');
  });

  test(`${what} that announces too much is refused before any of it came`, async () => {
    const answer = await rawRequest(inlet.port, [uploadHead(headers)]);
    assert.equal(answer.headers.connection, 'close');
    await assertRefused(inlet, answer, 'too_large');
  });
}

const endless: [what: string, headers: Record<string, string>, start: Uint8Array][] = [
  ['a raw body', {}, jpeg()],
  ['a form', { 'Content-Type': formType }, multipart([filePart(jpeg())], { end: false }).subarray(0, -2)],
];
for (const [what, headers, start] of endless) {
  test(`${what} without end gets its answer while it still sends, and memory stays flat`, async () => {
    const before = await inlet.residentBytes();
    const connection = await openRaw(inlet.port);
    await connection.send(uploadHead({ ...headers, 'Transfer-Encoding': 'chunked' }));
    await connection.send(chunk(start));
    let answered = false;
    const answer = connection.answer().then((got) => {
      answered = true;
      return got;
    });
    const piece = chunk(new Uint8Array(64 * 1024));
    let sent = 0;
    while (!answered && sent < 256 * 1024 ** 2) {
      await connection.send(piece);
      sent += piece.length;
    }
    const got = await answer;
    assert.equal(got.headers.connection, 'close');
    const growth = (await inlet.residentBytes()) - before;
    assert.ok(growth < 64 * 1024 ** 2, `${growth} bytes more`);
    connection.destroy();
    await assertRefused(inlet, got, 'too_large');
  });
}

test('what was too large is counted as such', async () => {
  const before = await inlet.metric('inlet_uploads_total', { outcome: 'too_large' });
  await assertRefused(inlet, await client.parts([filePart(jpeg(limit + 1))]), 'too_large');
  assert.equal(await inlet.metric('inlet_uploads_total', { outcome: 'too_large' }), before + 1);
});
