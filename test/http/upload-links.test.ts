import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createLinkSigner } from '../../src/http/link-signer.ts';
import { assertProblem } from '../support/checks.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { type Upload, uploadClient, uploadOf } from '../support/upload-client.ts';

const oldSecret = 'an old secret of 32 characters or more';
const secret = 'the new secret of 32 characters or more';
const inlet = await startInlet({ INLET_LINK_SECRETS: `${secret},${oldSecret}`, INLET_LINK_SECONDS: '600' });
const client = uploadClient(inlet);
after(() => inlet.stop());

const upload = await uploadOf(await client.raw(jpeg(), {}, '?name=a.jpg'));
const other = await uploadOf(await client.raw(jpeg(), {}, '?name=b.jpg'));
const self = `/v1/uploads/${upload.id}`;
const content = `${self}/content`;
const signer = (given: string, now = new Date()) =>
  createLinkSigner({ secrets: [given], lifetimeSeconds: 600, clock: () => now });

test('the links of an upload open it and its content without a key, and expire when they say', async () => {
  const shown = (await (await inlet.fetch(upload.links.self)).json()) as Upload;
  assert.equal(shown.id, upload.id);
  const bytes = await inlet.fetch(upload.links.content);
  assert.equal(bytes.status, 200);
  assert.deepEqual(new Uint8Array(await bytes.arrayBuffer()), jpeg());
  const expires = Number(new URL(upload.links.content).searchParams.get('expires')) * 1000;
  const lifetime = expires - Date.parse(upload.createdAt);
  assert.ok(lifetime > 590_000 && lifetime <= 601_000, `${lifetime} ms`);
});

test('HEAD, ranges and download work on a signed link', async () => {
  const head = await inlet.fetch(upload.links.content, { method: 'HEAD' });
  assert.equal(head.status, 200);
  const range = await inlet.fetch(upload.links.content, { headers: { Range: 'bytes=0-1' } });
  assert.equal(range.status, 206);
  assert.deepEqual(new Uint8Array(await range.arrayBuffer()), jpeg().slice(0, 2));
  const download = await inlet.fetch(`${upload.links.content}&download=1`);
  assert.equal(download.status, 200);
  assert.match(download.headers.get('content-disposition') ?? '', /^attachment/);
  await download.arrayBuffer();
});

test('a link that the older of two secrets signed still works', async () => {
  const answer = await inlet.fetch(signer(oldSecret).sign(content));
  assert.equal(answer.status, 200);
  await answer.arrayBuffer();
});

for (const target of [self, content]) {
  const refuse = async (link: string, code: 'link_invalid' | 'link_expired') =>
    assertProblem(inlet, await inlet.fetch(link), `GET ${target}`, code);
  const kind = target === self ? 'upload' : 'content';

  test(`a link to the ${kind} is refused once it has expired`, async () => {
    const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);
    await refuse(signer(secret, ago(600_000)).sign(target), 'link_expired');
    const nearly = await inlet.fetch(signer(secret, ago(560_000)).sign(target));
    assert.equal(nearly.status, 200);
    await nearly.arrayBuffer();
  });

  test(`a link to the ${kind} is refused if any part of it was changed`, async () => {
    const link = signer(secret).sign(target);
    const signature = new URL(link, inlet.url).searchParams.get('signature') ?? '';
    const first = signature.startsWith('A') ? 'B' : 'A';
    await refuse(link.replace(signature, first + signature.slice(1)), 'link_invalid');
    await refuse(link.replace(signature, ''), 'link_invalid');
    await refuse(link.replace(signature, signature.slice(0, -4)), 'link_invalid');
    await refuse(
      link.replace(/expires=(\d+)/, (_, at) => `expires=${Number(at) + 9999}`),
      'link_invalid',
    );
    await refuse(link.replace(/expires=\d+&/, ''), 'link_invalid');
    await refuse(`${link}&signature=${signature}`, 'link_invalid');
    await refuse(link.replace(/expires=\d+/, 'expires=99999999999'), 'link_invalid');
  });

  test(`a link to the ${kind} is refused if it was signed for something else, or by someone else`, async () => {
    const query = (path: string) => signer(secret).sign(path).replace(/.*\?/, '?');
    const foreign = target.replace(upload.id, other.id);
    await refuse(`${target}${query(foreign)}`, 'link_invalid');
    await refuse(`${target}${query(target === self ? content : self)}`, 'link_invalid');
    await refuse(signer('somebody else has this secret, we do not').sign(target), 'link_invalid');
  });
}

test('a link opens nothing but what it was made for: no deletion, no list', async () => {
  const removal = await inlet.fetch(upload.links.self, { method: 'DELETE' });
  await assertProblem(inlet, removal, `DELETE ${self}`, 'unauthorized');
  const query = signer(secret).sign('/v1/uploads').replace(/.*\?/, '?');
  await assertProblem(inlet, await inlet.fetch(`/v1/uploads${query}`), 'GET /v1/uploads', 'unauthorized');
});

test('a bad key is not saved by a good link', async () => {
  const answer = await inlet.fetch(upload.links.content, { headers: { 'X-Api-Key': 'nonsense' } });
  await assertProblem(inlet, answer, `GET ${content}`, 'unauthorized');
});

test('links carry the public address if one is configured', async (t) => {
  const fronted = await startInlet({ INLET_PUBLIC_URL: 'https://inlet.example.org/' });
  t.after(() => fronted.stop());
  const { links } = await uploadOf(await uploadClient(fronted).raw(jpeg()));
  assert.match(
    links.content,
    /^https:\/\/inlet\.example\.org\/v1\/uploads\/[0-9a-f-]{36}\/content\?expires=/,
  );
});
