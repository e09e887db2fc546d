import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertRefused } from '../support/checks.ts';
import { filePart, textPart } from '../support/multipart.ts';
import {
  jpeg,
  linuxProgram,
  mp3WithId3,
  noise,
  png,
  scripts,
  tiff,
  windowsProgram,
} from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { uploadClient, uploadOf } from '../support/upload-client.ts';

const inlet = await startInlet();
const client = uploadClient(inlet);
after(() => inlet.stop());

const disguises = {
  ...scripts,
  'a Windows program': windowsProgram(),
  'a Linux program': linuxProgram(),
  'random bytes': noise(5000),
};
for (const [what, bytes] of Object.entries(disguises)) {
  test(`${what} named .jpg is refused, whichever way it comes`, async () => {
    const headers = { 'Content-Type': 'image/jpeg' };
    await assertRefused(inlet, await client.raw(bytes, headers, '?name=photo.jpg'), 'type_not_allowed');
    await assertRefused(inlet, await client.parts([filePart(bytes)]), 'type_not_allowed');
  });
}

for (const [what, bytes, contentType] of [
  ['a TIFF with its directory at its end', tiff('MM', 500_000), 'image/tiff'],
  ['an MP3 with a tag of 300 KB', mp3WithId3(), 'audio/mpeg'],
] as const) {
  test(`${what} is taken, though its first bytes do not show all of it`, async () => {
    const upload = await uploadOf(await client.parts([filePart(bytes)]));
    assert.equal(upload.contentType, contentType);
    assert.deepEqual(await client.content(upload.id), bytes);
    await client.remove(upload.id);
  });
}

test('if one file of two is refused, neither is kept, in either order', async () => {
  const good = filePart(jpeg(200_000), 'form-data; name="file"; filename="good.jpg"');
  const bad = filePart(scripts.php ?? assert.fail(), 'form-data; name="file"; filename="bad.jpg"');
  for (const parts of [
    [good, bad],
    [bad, good],
    [textPart('album', 'x'), good, good, good, bad],
  ]) {
    const problem = await assertRefused(inlet, await client.parts(parts), 'type_not_allowed');
    assert.ok(problem.detail?.includes('"bad.jpg"'), 'it says which file');
  }
});

test('only the configured types are taken', async (t) => {
  const strict = await startInlet({ INLET_ALLOWED_TYPES: 'image/png' });
  t.after(() => strict.stop());
  const answer = await uploadClient(strict).raw(jpeg());
  assert.equal(answer.status, 415);
  assert.equal(((await answer.json()) as { code: string }).code, 'type_not_allowed');
  await uploadOf(await uploadClient(strict).raw(png()));
});

test('a document made to keep a pattern busy for years is judged at once', async () => {
  for (const piece of ['<!DOCTYPE[]>', '<!---->', '<?xml?>', '<!DOCTYPE [ ] ] >']) {
    const hostile = new Uint8Array(Buffer.from(`${piece.repeat(300)}!`));
    await assertRefused(inlet, await client.raw(hostile, {}, '?name=a.svg'), 'type_not_allowed');
  }
});
