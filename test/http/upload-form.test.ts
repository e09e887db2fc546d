import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { filePart, formType, multipart, textPart } from '../support/multipart.ts';
import { gif, jpeg, noise, pdf, png } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { sha256, uploadClient, uploadOf, uploadsOf } from '../support/upload-client.ts';

const inlet = await startInlet();
const client = uploadClient(inlet);
after(() => inlet.stop());

test('a form with one file and texts is one upload with metadata, and its bytes come back equal', async () => {
  const bytes = jpeg(50_000, 7);
  const form = new FormData();
  form.set('album', 'Sommer 2026');
  form.set('file', new File([bytes], 'Grüße & mehr.jpg', { type: 'image/jpeg' }));
  form.set('place', 'Käsmark');
  const answer = await client.form(form);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const upload = await uploadOf(answer);
  assert.equal(answer.headers.get('location'), `/v1/uploads/${upload.id}`);
  assert.match(upload.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const { id, createdAt, links, ...rest } = upload;
  assert.deepEqual(rest, {
    name: 'Grüße & mehr.jpg',
    size: bytes.length,
    contentType: 'image/jpeg',
    declaredType: 'image/jpeg',
    sha256: sha256(bytes),
    metadata: { album: 'Sommer 2026', place: 'Käsmark' },
  });
  assert.equal(new Date(createdAt).toISOString(), createdAt);
  assert.deepEqual(await client.content(id), bytes);
  assert.ok(links.self.startsWith(`${inlet.url}/v1/uploads/${id}?`));
});

test('a form with several files makes one upload each, in the order of the form, with the same metadata', async () => {
  const files = [jpeg(300_000, 1), png(), gif(), pdf()];
  const form = new FormData();
  for (const [place, bytes] of files.entries()) form.append('file', new File([bytes], `file-${place}`));
  form.set('album', 'mixed');
  const uploads = await uploadsOf(await client.form(form));
  assert.deepEqual(
    uploads.map(({ name, contentType, sha256: hash }) => [name, contentType, hash]),
    files.map((bytes, place) => [
      `file-${place}`,
      ['image/jpeg', 'image/png', 'image/gif', 'application/pdf'][place],
      sha256(bytes),
    ]),
  );
  for (const [place, { id, metadata }] of uploads.entries()) {
    assert.deepEqual(metadata, { album: 'mixed' });
    assert.deepEqual(await client.content(id), files[place]);
  }
});

test('texts of one name are joined, and a name from the prototype is a name like any other', async () => {
  const parts = [
    textPart('tag', 'sea'),
    textPart('tag', 'sun'),
    textPart('constructor', 'x'),
    filePart(jpeg()),
  ];
  const upload = await uploadOf(await client.parts(parts));
  assert.deepEqual(upload.metadata, { tag: 'sea, sun', constructor: 'x' });
});

test('a form without a known length is taken', async () => {
  const body = multipart([filePart(jpeg(5000, 3))]);
  const stream = new ReadableStream({
    start(controller) {
      for (let at = 0; at < body.length; at += 700) controller.enqueue(body.subarray(at, at + 700));
      controller.close();
    },
  });
  const answer = await inlet.fetch('/v1/uploads', {
    method: 'POST',
    body: stream,
    duplex: 'half',
    headers: { 'Content-Type': formType },
  });
  assert.equal((await uploadOf(answer)).sha256, sha256(jpeg(5000, 3)));
});

test('a file that contains something like the boundary comes back byte for byte', async () => {
  const bytes = jpeg(3000);
  bytes.set(Buffer.from('\r\n--inlet-test-boundar\r\n--inlet-test-boundarz--\r\n'), 500);
  const upload = await uploadOf(await client.parts([filePart(bytes)]));
  assert.deepEqual(await client.content(upload.id), bytes);
});

test('the type is what the bytes say, and what the client said is kept beside it', async () => {
  const form = new FormData();
  form.set('file', new File([png()], 'picture.jpg', { type: 'text/plain' }));
  const upload = await uploadOf(await client.form(form));
  assert.equal(upload.contentType, 'image/png');
  assert.equal(upload.declaredType, 'text/plain');
  assert.equal(upload.name, 'picture.jpg');
});

test('what follows the magic number does not matter: a picture may be as odd as it likes inside', async () => {
  const bytes = jpeg(9000);
  bytes.set(noise(8000), 100);
  const upload = await uploadOf(await client.raw(bytes, {}, '?name=odd.jpg'));
  assert.deepEqual(await client.content(upload.id), bytes);
});
