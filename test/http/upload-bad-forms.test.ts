import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ProblemCode } from '../../src/errors.ts';
import { assertRefused } from '../support/checks.ts';
import {
  boundary,
  filePart,
  formType,
  multipart,
  type Part,
  textPart,
  uploadHead,
} from '../support/multipart.ts';
import { rawRequest } from '../support/raw-request.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { uploadClient } from '../support/upload-client.ts';

const inlet = await startInlet({ INLET_MAX_FILES: '3' });
const client = uploadClient(inlet);
after(() => inlet.stop());

const field = (disposition: string): Part => filePart(jpeg(), disposition);
const many = <T>(count: number, make: (place: number) => T) =>
  Array.from({ length: count }, (_, place) => make(place));

const forms: [what: string, parts: Part[], code: ProblemCode][] = [
  ['no part at all', [], 'file_missing'],
  ['texts but no file', [textPart('album', 'x')], 'file_missing'],
  ['a file part without a file name', [field('form-data; name="file"')], 'file_missing'],
  ['a file input that was left empty', [field('form-data; name="file"; filename=""')], 'file_missing'],
  ['a file in another field', [field('form-data; name="photo"; filename="a.jpg"')], 'unexpected_file'],
  [
    'a good file and one in another field',
    [filePart(jpeg()), field('form-data; name="x"; filename="a"')],
    'unexpected_file',
  ],
  ['a file without bytes', [filePart('')], 'empty_body'],
  ['a good file and one without bytes', [filePart(jpeg()), filePart('')], 'empty_body'],
  ['more files than are taken', many(4, () => filePart(jpeg())), 'too_many_parts'],
  ['10 001 texts', many(10_001, (place) => textPart(`field${place}`, 'x')), 'too_many_parts'],
  ['10 001 files', many(10_001, () => filePart(jpeg())), 'too_many_parts'],
  ['a text of 1 MB', [filePart(jpeg()), textPart('album', 'x'.repeat(1024 ** 2))], 'too_large'],
  [
    'a text longer than is kept',
    [filePart(jpeg()), textPart('album', 'x'.repeat(1001))],
    'validation_failed',
  ],
  [
    'more texts than are kept',
    [filePart(jpeg()), ...many(21, (place) => textPart(`f${place}`, 'x'))],
    'validation_failed',
  ],
  ['a text with a control character', [filePart(jpeg()), textPart('album', 'a\x07b')], 'validation_failed'],
  ['a text that is not UTF-8', [filePart(jpeg()), textPart('album', 'a\xffb')], 'validation_failed'],
  ['a part without a name', [{ headers: ['Content-Disposition: form-data'], content: 'x' }], 'invalid_form'],
  ['a part header without a colon', [{ headers: ['nonsense'], content: 'x' }], 'invalid_form'],
  [
    'a part header line of 1 MB',
    [{ headers: [...filePart('').headers, `X-Long: ${'a'.repeat(1024 ** 2)}`], content: jpeg() }],
    'invalid_form',
  ],
  [
    'a file name of 1 MB',
    [field(`form-data; name="file"; filename="${'a'.repeat(1024 ** 2)}"`)],
    'invalid_form',
  ],
];
for (const [what, parts, code] of forms) {
  test(`a form is refused: ${what}`, async () => {
    await assertRefused(inlet, await client.parts(parts), code);
  });
}

const good = multipart([filePart(jpeg())]);
const types: [what: string, contentType: string][] = [
  ['two boundaries', `${formType}; boundary=other`],
  ['no boundary', 'multipart/form-data'],
  ['an empty boundary', 'multipart/form-data; boundary='],
  ['a boundary of 71 characters', `multipart/form-data; boundary=${'b'.repeat(71)}`],
  ['another kind of multipart', `multipart/mixed; boundary=${boundary}`],
];
for (const [what, contentType] of types) {
  test(`a form is refused: ${what}`, async () => {
    const head = uploadHead({ 'Content-Type': contentType, 'Content-Length': good.length });
    await assertRefused(inlet, await rawRequest(inlet.port, [head, good]), 'invalid_form');
  });
}

test('a form whose boundary never comes is incomplete', async () => {
  const head = uploadHead({
    'Content-Type': 'multipart/form-data; boundary=z',
    'Content-Length': good.length,
  });
  await assertRefused(inlet, await rawRequest(inlet.port, [head, good]), 'incomplete_body');
});

test('a form without its final boundary is incomplete, wherever it stops', async () => {
  const parts = [textPart('album', 'x'), filePart(jpeg(), 'form-data; name="file"; filename="a.jpg"')];
  const whole = multipart(parts, { end: false });
  for (const length of [whole.length, whole.length - 2, whole.length - 50, 150, 80, 5, 1]) {
    const head = uploadHead({ 'Content-Type': formType, 'Content-Length': length });
    const answer = await rawRequest(inlet.port, [head, whole.subarray(0, length)]);
    const problem = await assertRefused(inlet, answer, 'incomplete_body');
    assert.equal(problem.instance, '/v1/uploads');
  }
});
