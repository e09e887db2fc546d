import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ProblemCode } from '../../src/errors.ts';
import { assertRefused } from '../support/checks.ts';
import { filePart } from '../support/multipart.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { pathOf, uploadClient, uploadOf } from '../support/upload-client.ts';

const inlet = await startInlet();
const client = uploadClient(inlet);
after(() => inlet.stop());

const send = (parameter: string) => client.parts([filePart(jpeg(), `form-data; name="file"; ${parameter}`)]);
/** UTF-8 bytes as the raw client sends them. */
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

const kept: [what: string, parameter: string, name: string][] = [
  ['UTF-8 as browsers send it', `filename="${utf8('Grüße 你好.jpg')}"`, 'Grüße 你好.jpg'],
  ['an extended parameter (RFC 8187)', "filename*=UTF-8''Gr%C3%BC%C3%9Fe.jpg", 'Grüße.jpg'],
  ['an extended parameter in Latin-1', "filename*=ISO-8859-1''caf%E9.jpg", 'café.jpg'],
  ['both, of which the extended one wins', 'filename="x.jpg"; filename*=UTF-8\'\'f%C3%BCr.jpg', 'für.jpg'],
  ['quotes as Chrome and Firefox escape them', 'filename="say %22hi%22.jpg"', 'say "hi".jpg'],
  ['quotes as old clients escape them', 'filename="say \\"hi\\".jpg"', 'say "hi".jpg'],
  ['Windows-1252, as pages in old encodings send it', 'filename="caf\xe9 \x80.jpg"', 'café €.jpg'],
  ['a name in decomposed form, composed', `filename="${utf8('e\u0301te\u0301.jpg')}"`, 'été.jpg'],
  ['emoji with joiners', `filename="${utf8('🎉👩‍👩‍👧.jpg')}"`, '🎉👩‍👩‍👧.jpg'],
  ['right-to-left letters', `filename="${utf8('تقرير.jpg')}"`, 'تقرير.jpg'],
  ['a path of old Windows browsers', 'filename="C:\\fakepath\\a.jpg"', 'a.jpg'],
  ['a folder, as pickers of folders send it', 'filename="folder/a.jpg"', 'a.jpg'],
  ['a percent sign', 'filename="100%25 sure.jpg"', '100%25 sure.jpg'],
  ['a semicolon in quotes', 'filename="a;b.jpg"', 'a;b.jpg'],
  ['a token without quotes', 'filename=a.jpg', 'a.jpg'],
  ['dots that climb nowhere', 'filename="...a..jpg"', '...a..jpg'],
  ['a path that ends in a slash, which names no file', 'filename="folder/"', 'file'],
  ['one dot, which is no name', 'filename="."', 'file'],
  ['as long as file systems take', `filename="${'a'.repeat(251)}.jpg"`, `${'a'.repeat(251)}.jpg`],
];
for (const [what, parameter, name] of kept) {
  test(`a name is kept: ${what}`, async () => {
    const upload = await uploadOf(await send(parameter));
    assert.equal(upload.name, name);
    const answer = await inlet.fetch(pathOf(upload.links.content));
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-disposition') ?? '', /^inline; filename/);
    await client.remove(upload.id);
  });
}

const refused: [what: string, parameter: string, code: ProblemCode][] = [
  ['../', 'filename="../a.jpg"', 'invalid_file_name'],
  ['..\\', 'filename="..\\a.jpg"', 'invalid_file_name'],
  ['..\\\\', 'filename="..\\\\a.jpg"', 'invalid_file_name'],
  ['climbing in the middle', 'filename="a/../../etc/passwd"', 'invalid_file_name'],
  ['only climbing', 'filename=".."', 'invalid_file_name'],
  ['a raw NUL', 'filename="a\0.jpg"', 'invalid_form'],
  ['an escaped NUL', "filename*=UTF-8''a%00.jpg", 'invalid_file_name'],
  ['a raw line feed', 'filename="a\nb.jpg"', 'invalid_form'],
  ['a raw line break', 'filename="a\r\nb.jpg"', 'invalid_form'],
  ['a line feed as browsers escape it', 'filename="a%0Ab.jpg"', 'invalid_file_name'],
  ['a carriage return as browsers escape it', 'filename="a%0Db.jpg"', 'invalid_file_name'],
  ['a line feed in an extended parameter', "filename*=UTF-8''a%0Ab.jpg", 'invalid_file_name'],
  ['a tabulator', 'filename="a\tb.jpg"', 'invalid_file_name'],
  ['a right-to-left override', `filename="${utf8('photo\u202Egpj.exe')}"`, 'invalid_file_name'],
  ['a left-to-right mark', `filename="${utf8('a\u200E.jpg')}"`, 'invalid_file_name'],
  ['an isolate', `filename="${utf8('a\u2067b.jpg')}"`, 'invalid_file_name'],
  ['4 KB', `filename="${'a'.repeat(4096)}.jpg"`, 'invalid_file_name'],
  ['one byte too long', `filename="${'a'.repeat(252)}.jpg"`, 'invalid_file_name'],
  ['256 bytes in 128 letters', `filename="${utf8('é'.repeat(128))}"`, 'invalid_file_name'],
];
for (const [what, parameter, code] of refused) {
  test(`a name is refused: ${what}`, async () => {
    await assertRefused(inlet, await send(parameter), code);
  });
}

for (const [what, name] of [
  ['climbing', '..%2Fa.jpg'],
  ['a line feed', 'a%0Ab.jpg'],
  ['NUL', 'a%00.jpg'],
  ['an override', 'a%E2%80%AEgpj.exe'],
]) {
  test(`a name in the query is refused: ${what}`, async () => {
    await assertRefused(inlet, await client.raw(jpeg(), {}, `?name=${name}`), 'invalid_file_name');
  });
}

for (const query of ['?name=a&name=b', `?name=${'a'.repeat(5000)}`]) {
  test(`a query that is no name is refused: ${query.slice(0, 20)}`, async () => {
    const problem = await assertRefused(inlet, await client.raw(jpeg(), {}, query), 'validation_failed');
    assert.equal(problem.errors?.[0]?.pointer, '?name');
  });
}
