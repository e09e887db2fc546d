import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertNothingStored, assertProblem, storedThings } from '../support/checks.ts';
import { withKeys } from '../support/inlet-keys.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { uploadClient, uploadOf } from '../support/upload-client.ts';

const inlet = await startInlet();
const client = uploadClient(inlet);
after(() => inlet.stop());

const upload = await uploadOf(await client.raw(jpeg(), {}, '?name=a.jpg'));
const reading = ['GET /v1/uploads', `GET /v1/uploads/${upload.id}`, `GET /v1/uploads/${upload.id}/content`];
const writing = [`DELETE /v1/uploads/${upload.id}`];
const ask = (call: string, key?: string) => {
  const [method = '', target = ''] = call.split(' ');
  return inlet.fetch(target, { method, headers: key === undefined ? {} : { 'X-Api-Key': key } });
};

for (const call of [...reading, ...writing]) {
  test(`${call.replace(upload.id, '{id}')} is refused without a key, and with one that never was`, async () => {
    await assertProblem(inlet, await ask(call), call, 'unauthorized');
    const strangers = [
      '',
      'nonsense',
      `inlet_${'0'.repeat(12)}_${'A'.repeat(43)}`,
      `${inlet.key.slice(0, -4)}AAAA`,
      `${inlet.key}x`,
      inlet.key.toUpperCase(),
    ];
    for (const key of strangers) await assertProblem(inlet, await ask(call, key), call, 'unauthorized');
  });
}

test('a key opens what its scopes say and nothing else', async () => {
  const [reader, writer] = await withKeys(inlet, (keys) =>
    Promise.all([keys.create('reader', ['uploads:read']), keys.create('writer', ['uploads:write'])]),
  );
  for (const call of reading) {
    const answer = await ask(call, reader.secret);
    assert.equal(answer.status, 200, call);
    await answer.arrayBuffer();
    const problem = await assertProblem(inlet, await ask(call, writer.secret), call, 'forbidden');
    assert.ok(problem.detail?.includes('uploads:read'));
  }
  for (const call of writing) await assertProblem(inlet, await ask(call, reader.secret), call, 'forbidden');
});

test('a revoked key is refused at once', async () => {
  const { secret, record } = await withKeys(inlet, (keys) => keys.create('guest', ['uploads:read']));
  const before = await ask('GET /v1/uploads', secret);
  assert.equal(before.status, 200);
  await before.arrayBuffer();
  assert.equal(await withKeys(inlet, (keys) => keys.revoke(record.id)), true);
  await assertProblem(inlet, await ask('GET /v1/uploads', secret), 'GET /v1/uploads', 'unauthorized');
});

test('an id that does not exist and one that is none are both not found, for those who may know', async () => {
  for (const id of [
    '00000000-0000-4000-8000-000000000000',
    'nonsense',
    '1',
    `${upload.id}x`,
    '..%2F..%2Fetc',
  ]) {
    for (const call of [
      `GET /v1/uploads/${id}`,
      `GET /v1/uploads/${id}/content`,
      `DELETE /v1/uploads/${id}`,
    ]) {
      await assertProblem(inlet, await ask(call, inlet.key), call, 'upload_not_found');
      await assertProblem(inlet, await ask(call), call, 'unauthorized');
    }
  }
});

test('deleting takes away the entry and the bytes, and the links stop working', async () => {
  assert.deepEqual((await storedThings(inlet)).objects, [upload.id]);
  const answer = await ask(`DELETE /v1/uploads/${upload.id}`, inlet.key);
  assert.equal(answer.status, 204);
  assert.equal(await answer.text(), '');
  await assertNothingStored(inlet);
  for (const call of [...reading.slice(1), ...writing]) {
    await assertProblem(inlet, await ask(call, inlet.key), call, 'upload_not_found');
  }
  const link = await inlet.fetch(upload.links.content);
  await assertProblem(inlet, link, `GET /v1/uploads/${upload.id}/content`, 'upload_not_found');
});
