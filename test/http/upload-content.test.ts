import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertProblem } from '../support/checks.ts';
import { bytes, jpeg, noise, pdf, svg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { sha256, uploadClient, uploadOf } from '../support/upload-client.ts';

const inlet = await startInlet();
const client = uploadClient(inlet);
after(() => inlet.stop());

const content = bytes(jpeg(), noise(1000));
const upload = await uploadOf(await client.raw(content, {}, '?name=photo%20%E2%82%AC.jpg'));
const etag = `"${sha256(content)}"`;
const target = `/v1/uploads/${upload.id}/content`;
const get = (headers: Record<string, string> = {}, query = '') =>
  client.asAdmin(`${target}${query}`, { headers });
const bodyOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());

test('the whole content comes with everything that a cache and a browser need', async () => {
  const answer = await get();
  assert.equal(answer.status, 200);
  const { headers } = answer;
  assert.equal(headers.get('content-type'), 'image/jpeg');
  assert.equal(headers.get('content-length'), String(content.length));
  assert.equal(headers.get('etag'), etag);
  assert.equal(headers.get('accept-ranges'), 'bytes');
  assert.equal(headers.get('last-modified'), new Date(upload.createdAt).toUTCString());
  assert.equal(
    headers.get('repr-digest'),
    `sha-256=:${Buffer.from(sha256(content), 'hex').toString('base64')}:`,
  );
  assert.equal(headers.get('cache-control'), 'private, max-age=0, must-revalidate');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('content-security-policy'), "default-src 'none'; sandbox");
  assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin');
  assert.equal(
    headers.get('content-disposition'),
    `inline; filename="photo ?.jpg"; filename*=UTF-8''photo%20%E2%82%AC.jpg`,
  );
  assert.deepEqual(await bodyOf(answer), content);
});

test('HEAD has the headers of GET and no body', async () => {
  const answer = await client.asAdmin(target, { method: 'HEAD' });
  assert.equal(answer.status, 200);
  const got = await get();
  await got.arrayBuffer();
  for (const name of ['content-type', 'content-length', 'etag', 'repr-digest', 'content-disposition']) {
    assert.equal(answer.headers.get(name), got.headers.get(name), name);
  }
  assert.equal((await bodyOf(answer)).length, 0);
});

for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
  test(`If-None-Match: ${given.slice(0, 12)} gets 304 and no body`, async () => {
    const answer = await get({ 'If-None-Match': given });
    assert.equal(answer.status, 304);
    assert.equal(answer.headers.get('etag'), etag);
    assert.equal((await bodyOf(answer)).length, 0);
  });
}

test('If-None-Match with another tag gets the content', async () => {
  const answer = await get({ 'If-None-Match': '"other"' });
  assert.equal(answer.status, 200);
  assert.deepEqual(await bodyOf(answer), content);
});

test('If-Modified-Since the time of the upload gets 304', async () => {
  const answer = await get({ 'If-Modified-Since': new Date(upload.createdAt).toUTCString() });
  assert.equal(answer.status, 304);
});

for (const [name, value] of [
  ['If-Match', '"other"'],
  ['If-Match', `W/${etag}`],
  ['If-Unmodified-Since', 'Wed, 01 Jan 2020 00:00:00 GMT'],
] as const) {
  test(`${name}: ${value.slice(0, 20)} gets 412`, async () => {
    const answer = await get({ [name]: value });
    assert.equal(answer.headers.get('etag'), null, 'a problem has no tag of the content');
    await assertProblem(inlet, answer, `GET ${target}`, 'precondition_failed');
  });
}

for (const value of [etag, '*', `"other", ${etag}`]) {
  test(`If-Match: ${value.slice(0, 12)} gets the content`, async () => {
    const answer = await get({ 'If-Match': value });
    assert.equal(answer.status, 200);
    await answer.arrayBuffer();
  });
}

const size = content.length;
const ranges: [range: string, start: number, end: number][] = [
  ['bytes=0-0', 0, 0],
  ['bytes=0-99', 0, 99],
  ['bytes=500-', 500, size - 1],
  ['bytes=200-299', 200, 299],
  ['bytes=-1', size - 1, size - 1],
  ['bytes=-100', size - 100, size - 1],
  [`bytes=${size - 1}-`, size - 1, size - 1],
  ['bytes=100-999999', 100, size - 1],
  ['bytes=-999999', 0, size - 1],
  ['BYTES=5-9', 5, 9],
];
for (const [range, start, end] of ranges) {
  test(`Range: ${range} gets exactly these bytes`, async () => {
    const answer = await get({ Range: range });
    assert.equal(answer.status, 206);
    assert.equal(answer.headers.get('content-range'), `bytes ${start}-${end}/${size}`);
    assert.equal(answer.headers.get('content-length'), String(end - start + 1));
    assert.equal(answer.headers.get('etag'), etag);
    assert.deepEqual(await bodyOf(answer), content.slice(start, end + 1));
  });
}

for (const range of [`bytes=${size}-`, `bytes=${size}-${size + 5}`, 'bytes=-0']) {
  test(`Range: ${range} is outside of the content: 416 says how large it is`, async () => {
    const answer = await get({ Range: range });
    assert.equal(answer.headers.get('content-range'), `bytes */${size}`);
    await assertProblem(inlet, answer, `GET ${target}`, 'range_not_satisfiable');
  });
}

test('200 ranges are refused', async () => {
  const many = Array.from({ length: 200 }, (_, place) => `${place * 2}-${place * 2}`).join(',');
  const answer = await get({ Range: `bytes=${many}` });
  assert.equal(answer.headers.get('content-range'), `bytes */${size}`);
  await assertProblem(inlet, answer, `GET ${target}`, 'range_not_satisfiable');
});

for (const range of ['bytes=0-9,20-29', 'bytes=x-y', 'lines=1-2', 'bytes=', 'bytes=-', 'bytes=9-2']) {
  test(`Range: ${range} is none that is served: the whole comes`, async () => {
    const answer = await get({ Range: range });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-range'), null);
    assert.deepEqual(await bodyOf(answer), content);
  });
}

test('If-Range with the right tag or time gets the range, with another one the whole', async () => {
  const time = new Date(upload.createdAt).toUTCString();
  for (const [condition, status] of [
    [etag, 206],
    [time, 206],
    ['"other"', 200],
    [`W/${etag}`, 200],
    ['Wed, 01 Jan 2020 00:00:00 GMT', 200],
  ] as const) {
    const answer = await get({ Range: 'bytes=0-9', 'If-Range': condition });
    assert.equal(answer.status, status, condition);
    assert.equal((await bodyOf(answer)).length, status === 206 ? 10 : size);
  }
});

test('?download=1 makes an attachment, and other values are refused', async () => {
  const answer = await get({}, '?download=1');
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename=/);
  assert.deepEqual(await bodyOf(answer), content);
  const refused = await get({}, '?download=yes');
  const problem = await assertProblem(inlet, refused, `GET ${target}`, 'validation_failed');
  assert.equal(problem.errors?.[0]?.pointer, '?download');
});

for (const [what, sample] of [
  ['SVG', svg()],
  ['PDF', pdf()],
] as const) {
  test(`${what} can run script, so it is always an attachment in a sandbox`, async () => {
    const { id, links } = await uploadOf(await client.raw(sample, {}, '?name=drawing'));
    const answer = await inlet.fetch(links.content);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment;/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(answer.headers.get('content-security-policy'), "default-src 'none'; sandbox");
    assert.deepEqual(await bodyOf(answer), sample);
    await client.remove(id);
  });
}

test('a text is shown as text, even if it would be a page to a browser that guesses', async () => {
  const text = bytes('Hello\n<script>alert(1)</script>\n');
  const { id, links } = await uploadOf(await client.raw(text, {}, '?name=note.txt'));
  const answer = await inlet.fetch(links.content);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain\b/);
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  assert.deepEqual(await bodyOf(answer), text);
  await client.remove(id);
});
