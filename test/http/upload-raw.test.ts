import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertNothingStored, assertRefused } from '../support/checks.ts';
import { chunk, lastChunk, uploadHead } from '../support/multipart.ts';
import { openRaw, rawRequest } from '../support/raw-request.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { sha256, uploadClient, uploadOf } from '../support/upload-client.ts';

const inlet = await startInlet();
const client = uploadClient(inlet);
after(() => inlet.stop());

const bytes = jpeg(20_000, 5);
const digest = (hex: string) => `sha-256=:${Buffer.from(hex, 'hex').toString('base64')}:`;

const dispositions: [header: string, name: string][] = [
  ['attachment; filename="summer holiday.jpg"', 'summer holiday.jpg'],
  ['attachment; filename=token.jpg', 'token.jpg'],
  ["attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%E2%82%AC.jpg", 'Grüße €.jpg'],
  ['attachment; filename="plain.jpg"; filename*=UTF-8\'\'f%C3%BCr.jpg', 'für.jpg'],
  ['attachment; filename="say \\"hi\\".jpg"', 'say "hi".jpg'],
  [`inline; filename="${Buffer.from('naïve.jpg').toString('latin1')}"`, 'naïve.jpg'],
  ['attachment', 'file'],
];
for (const [header, name] of dispositions) {
  test(`a raw body is named by Content-Disposition: ${JSON.stringify(header)}`, async () => {
    const upload = await uploadOf(await client.raw(bytes, { 'Content-Disposition': header }));
    assert.equal(upload.name, name);
    assert.deepEqual(upload.metadata, {});
    await client.remove(upload.id);
  });
}

test('a raw body is named by the query, which wins over the header', async () => {
  const headers = { 'Content-Disposition': 'attachment; filename=header.jpg' };
  const upload = await uploadOf(await client.raw(bytes, headers, '?name=%E6%B5%B7%20%26%20sun.jpg'));
  assert.equal(upload.name, '海 & sun.jpg');
  await client.remove(upload.id);
});

test('bytes sent as octet-stream are typed by what they are, and come back equal', async () => {
  const upload = await uploadOf(await client.raw(bytes, { 'Content-Type': 'application/octet-stream' }));
  assert.equal(upload.contentType, 'image/jpeg');
  assert.equal(upload.declaredType, 'application/octet-stream');
  assert.equal(upload.sha256, sha256(bytes));
  assert.deepEqual(await client.content(upload.id), bytes);
  await client.remove(upload.id);
});

test('JSON and urlencoded bodies are files like any other here', async () => {
  for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
    const upload = await uploadOf(await client.raw(bytes, { 'Content-Type': type }));
    assert.equal(upload.declaredType, type);
    assert.equal(upload.size, bytes.length);
    await client.remove(upload.id);
  }
});

test('a body in chunks, without a length, is taken whole', async () => {
  const parts = [uploadHead({ 'Transfer-Encoding': 'chunked' })];
  const pieces = [0, 1, 4099, 4101, 12_000].map((at, place, all) =>
    chunk(bytes.subarray(at, all[place + 1])),
  );
  const upload = await uploadOf(await rawRequest(inlet.port, [...parts, ...pieces, lastChunk]));
  assert.deepEqual(await client.content(upload.id), bytes);
  await client.remove(upload.id);
});

test('a client that expects 100-continue is told to go on, and then gets its answer', async () => {
  const connection = await openRaw(inlet.port);
  await connection.send(uploadHead({ 'Content-Length': bytes.length, Expect: '100-continue' }));
  await connection.until('HTTP/1.1 100 Continue\r\n\r\n');
  await connection.send(bytes);
  const answer = await connection.answer();
  connection.destroy();
  assert.deepEqual(answer.interim, [100]);
  const upload = await uploadOf(answer);
  assert.equal(upload.sha256, sha256(bytes));
  await client.remove(upload.id);
});

for (const header of ['Content-Digest', 'Repr-Digest']) {
  test(`a right ${header} is accepted, also beside one of an algorithm that is not known here`, async () => {
    const value = `md5=:AAAAAAAAAAAAAAAAAAAAAA==:, ${digest(sha256(bytes))}`;
    const upload = await uploadOf(await client.raw(bytes, { [header]: value }));
    await client.remove(upload.id);
  });

  test(`a wrong ${header} is refused`, async () => {
    const answer = await client.raw(bytes, { [header]: digest(sha256(jpeg())) });
    const problem = await assertRefused(inlet, answer, 'digest_mismatch');
    assert.ok(problem.detail?.includes(sha256(bytes)), 'it says what the bytes have');
  });

  for (const value of ['sha-256=abc', 'sha-256=:AAAA:', 'md5=:AAAAAAAAAAAAAAAAAAAAAA==:', 'nonsense', '']) {
    test(`an unreadable ${header} is refused: ${JSON.stringify(value)}`, async () => {
      await assertRefused(inlet, await client.raw(bytes, { [header]: value }), 'invalid_digest');
    });
  }
}

test('two requests on one connection are two uploads', async () => {
  const connection = await openRaw(inlet.port);
  for (const fill of [1, 2]) {
    const body = jpeg(1000, fill);
    const seen = connection.received().length;
    await connection.send(uploadHead({ 'Content-Length': body.length }));
    await connection.send(body);
    await connection.until(sha256(body));
    assert.ok(connection.received().slice(seen).startsWith('HTTP/1.1 201 '));
  }
  connection.destroy();
  const { items } = (await (await client.asAdmin('/v1/uploads')).json()) as { items: { id: string }[] };
  assert.equal(items.length, 2);
  await client.remove(...items.map(({ id }) => id));
  await assertNothingStored(inlet);
});
