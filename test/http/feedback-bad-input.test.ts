import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { ProblemCode } from '../../src/errors.ts';
import { assertNothingStored, assertProblem, storedThings } from '../support/checks.ts';
import { feedbackClient, formData } from '../support/feedback-client.ts';
import { filePart, formType, multipart, textPart, uploadHead } from '../support/multipart.ts';
import { openRaw, rawRequest } from '../support/raw-request.ts';
import { bytes, jpeg, scripts } from '../support/samples.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';

type Body = string | Uint8Array<ArrayBuffer> | FormData | undefined;
type Case = [what: string, code: ProblemCode, contentType: string | undefined, body: Body, pointer?: string];

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const withFields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 'x']));
const pairs = (count: number) => Array.from({ length: count }, (_, index) => `f${index}=x`).join('&');

const unreadable: Case[] = [
  ['JSON that breaks off', 'invalid_json', json, '{"message":"Hi"'],
  ['JSON with a comma too many', 'invalid_json', json, '{"message":"Hi",}'],
  ['a JSON array', 'invalid_json', json, '[{"message":"Hi"}]'],
  ['a JSON text', 'invalid_json', json, '"Hi"'],
  ['null', 'invalid_json', json, 'null'],
  ['two JSON objects', 'invalid_json', json, '{"message":"Hi"}{"message":"Hi"}'],
  [
    'JSON 100 000 levels deep',
    'invalid_json',
    json,
    `{"message":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  ],
  ['JSON that opens 100 000 objects', 'invalid_json', json, '{"a":'.repeat(50_000)],
  [
    'JSON whose text of 100 000 quotes never ends',
    'invalid_json',
    json,
    `{"message":"${'\\"'.repeat(100_000)}`,
  ],
  ['JSON with __proto__', 'invalid_json', json, '{"message":"Hi","__proto__":{"rating":1}}'],
  ['JSON with __proto__ in fields', 'invalid_json', json, '{"message":"Hi","fields":{"__proto__":"x"}}'],
  ['JSON with an escaped __proto__', 'invalid_json', json, '{"message":"Hi","\\u005f_proto__":{}}'],
  ['a form with __proto__', 'invalid_form', form, 'message=Hi&__proto__=x'],
  ['a multipart form with __proto__', 'invalid_form', formType, multipart([textPart('__proto__', 'x')])],
  ['JSON that is not UTF-8', 'invalid_json', json, bytes('{"message":"', [0xff, 0xfe], '"}')],
  ['JSON with a surrogate in UTF-8', 'invalid_json', json, bytes('{"message":"', [0xed, 0xa0, 0x80], '"}')],
  ['an urlencoded form that is not UTF-8', 'invalid_form', form, bytes('message=', [0xff])],
  ['escapes in a form that are not UTF-8', 'invalid_form', form, 'message=%FF%FE'],
  ['escapes in a form that are none', 'invalid_form', form, 'message=100%'],
  ['no body at all', 'empty_body', json, undefined],
  ['no body of an urlencoded form', 'empty_body', form, undefined],
  ['no body of a multipart form', 'incomplete_body', formType, undefined],
  ['an empty JSON body', 'empty_body', json, ''],
  ['an empty form', 'empty_body', form, ''],
  [
    'a multipart form without an end',
    'incomplete_body',
    formType,
    multipart([textPart('message', 'Hi')], { end: false }),
  ],
  [
    'a multipart form with two boundaries',
    'invalid_form',
    `${formType}; boundary=other`,
    multipart([textPart('message', 'Hi')]),
  ],
  ['1 MB of JSON', 'too_large', json, `{"message":"${'a'.repeat(1_000_000)}"}`],
  ['1 MB of an urlencoded form', 'too_large', form, `message=${'a'.repeat(1_000_000)}`],
  ['1 MB of a text part', 'too_large', formType, multipart([textPart('message', 'a'.repeat(1_000_000))])],
  [
    '101 text parts',
    'too_many_parts',
    formType,
    multipart(Array.from({ length: 101 }, (_, i) => textPart(`f${i}`, 'x'))),
  ],
  ['plain text', 'unsupported_media_type', 'text/plain', 'Hi'],
  ['XML', 'unsupported_media_type', 'application/xml', '<message>Hi</message>'],
  ['JSON in Latin-1', 'unsupported_media_type', `${json}; charset=iso-8859-1`, '{"message":"Hi"}'],
  ['JSON in UTF-16', 'unsupported_media_type', `${json}; charset=utf-16`, bytes([0xff, 0xfe], '{\0}\0')],
  ['a form in Latin-1', 'unsupported_media_type', `${form}; charset=iso-8859-1`, 'message=Hi'],
  [
    'a file in the wrong field',
    'unexpected_file',
    formType,
    multipart([filePart(jpeg(), 'form-data; name="photo"; filename="a.jpg"')]),
  ],
];

const invalid: Case[] = [
  ['no message', 'validation_failed', json, '{}', '/message'],
  ['an empty message', 'validation_failed', json, '{"message":" \\n "}', '/message'],
  ['a message that is a number', 'validation_failed', json, '{"message":5}', '/message'],
  [
    '10 001 characters',
    'validation_failed',
    json,
    JSON.stringify({ message: 'é'.repeat(10_001) }),
    '/message',
  ],
  ['an unknown member', 'validation_failed', json, '{"message":"Hi","rateing":5}', '/rateing'],
  [
    'an unknown member with odd characters',
    'validation_failed',
    json,
    '{"message":"Hi","a/b~c":5}',
    '/a~1b~0c',
  ],
  ['a rating of 0', 'validation_failed', json, '{"message":"Hi","rating":0}', '/rating'],
  ['a rating of 6', 'validation_failed', json, '{"message":"Hi","rating":6}', '/rating'],
  ['a rating of 4.5', 'validation_failed', json, '{"message":"Hi","rating":4.5}', '/rating'],
  ['a rating that is true', 'validation_failed', json, '{"message":"Hi","rating":true}', '/rating'],
  ['a rating that is a list', 'validation_failed', json, '{"message":"Hi","rating":[5]}', '/rating'],
  ['a rating of a form that is a word', 'validation_failed', form, 'message=Hi&rating=good', '/rating'],
  ['an address without a host', 'validation_failed', json, '{"message":"Hi","email":"me@"}', '/email'],
  [
    'an address with a line break',
    'validation_failed',
    form,
    'message=Hi&email=a@example.org%0d%0aBcc:b@example.org',
    '/email',
  ],
  [
    'a page that runs script',
    'validation_failed',
    json,
    '{"message":"Hi","page":"javascript:alert(1)"}',
    '/page',
  ],
  ['a page that is no address', 'validation_failed', json, '{"message":"Hi","page":"home"}', '/page'],
  ['a form name with a slash', 'validation_failed', json, '{"message":"Hi","form":"../a"}', '/form'],
  [
    'a form name of 65 characters',
    'validation_failed',
    json,
    `{"message":"Hi","form":"${'a'.repeat(65)}"}`,
    '/form',
  ],
  ['a NUL', 'validation_failed', json, '{"message":"H\\u0000i"}', '/message'],
  ['a control character', 'validation_failed', json, '{"message":"H\\u001bi"}', '/message'],
  ['a control character in a form', 'validation_failed', form, 'message=H%1Bi', '/message'],
  [
    'a NUL in a multipart form',
    'validation_failed',
    formType,
    multipart([textPart('message', 'H\0i')]),
    '/message',
  ],
  ['half a character', 'validation_failed', json, '{"message":"H\\ud83di"}', '/message'],
  [
    'half a character in a field',
    'validation_failed',
    json,
    '{"message":"Hi","fields":{"a":"\\udc00"}}',
    '/fields/a',
  ],
  [
    'multipart text that is not UTF-8',
    'validation_failed',
    formType,
    bytes(multipart([textPart('message', 'H\xffi')])),
    '/message',
  ],
  [
    '21 fields',
    'validation_failed',
    json,
    JSON.stringify({ message: 'Hi', fields: withFields(21) }),
    '/fields',
  ],
  ['21 fields of a form', 'validation_failed', form, `message=Hi&${pairs(21)}`, '/fields'],
  ['a thousand fields of a form', 'validation_failed', form, `message=Hi&${pairs(1000)}`, '/fields'],
  [
    'a thousand values of one field',
    'validation_failed',
    form,
    `message=Hi${'&a=x'.repeat(1000)}`,
    '/fields/a',
  ],
  ['a field of 1 001 characters', 'validation_failed', form, `message=Hi&a=${'x'.repeat(1001)}`, '/fields/a'],
  [
    'a field with a name of 65 characters',
    'validation_failed',
    form,
    `message=Hi&${'n'.repeat(65)}=x`,
    `/fields/${'n'.repeat(65)}`,
  ],
  ['a field without a name', 'validation_failed', form, 'message=Hi&=x', '/fields/'],
  ['a field that is an object', 'validation_failed', json, '{"message":"Hi","fields":{"a":{}}}', '/fields/a'],
  ['an upload id that is none', 'validation_failed', json, '{"message":"Hi","uploads":["x"]}', '/uploads/0'],
  [
    'an unknown upload',
    'validation_failed',
    json,
    JSON.stringify({ message: 'Hi', uploads: [randomUUID()] }),
    '/uploads/0',
  ],
  [
    '11 uploads',
    'validation_failed',
    json,
    JSON.stringify({ message: 'Hi', uploads: Array.from({ length: 11 }, () => randomUUID()) }),
    '/uploads',
  ],
];

const attached: Case[] = [
  [
    'an attachment of another type',
    'type_not_allowed',
    undefined,
    formData(
      [['message', 'Hi']],
      [
        ['a.jpg', jpeg()],
        ['b.jpg', scripts.html ?? ''],
      ],
    ),
  ],
  [
    'an empty attachment',
    'empty_body',
    undefined,
    formData(
      [['message', 'Hi']],
      [
        ['a.jpg', jpeg()],
        ['b.jpg', ''],
      ],
    ),
  ],
  [
    'an attachment that climbs folders',
    'invalid_file_name',
    undefined,
    formData([['message', 'Hi']], [['../a.jpg', jpeg()]]),
  ],
  [
    'too many attachments',
    'too_many_parts',
    undefined,
    formData(
      [['message', 'Hi']],
      Array.from({ length: 4 }, (_, index) => [`${index}.jpg`, jpeg()]),
    ),
  ],
  [
    'an attachment that is too large',
    'too_large',
    undefined,
    formData([['message', 'Hi']], [['a.jpg', jpeg(100_001)]]),
  ],
  [
    'an attachment without a message',
    'validation_failed',
    undefined,
    formData([], [['a.jpg', jpeg()]]),
    '/message',
  ],
  [
    'an attachment beside an unknown upload',
    'validation_failed',
    undefined,
    formData(
      [
        ['message', 'Hi'],
        ['uploads', randomUUID()],
      ],
      [['a.jpg', jpeg()]],
    ),
    '/uploads/0',
  ],
  [
    'an attachment in a form without an end',
    'incomplete_body',
    formType,
    multipart([textPart('message', 'Hi'), filePart(jpeg())], { end: false }),
  ],
];

describe('feedback that is not taken', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  before(async () => {
    inlet = await startInlet({ INLET_MAX_FILES: '3', INLET_MAX_UPLOAD_BYTES: '100000' });
    client = feedbackClient(inlet);
  });
  after(() => inlet.stop());

  async function assertNothing() {
    assert.deepEqual(await client.list(), { items: [], nextCursor: null });
    await assertNothingStored(inlet);
  }

  for (const [what, code, contentType, body, pointer] of [...unreadable, ...invalid, ...attached]) {
    it(`${what} is ${code}, and nothing is kept`, async () => {
      const answer = await client.post(
        body,
        contentType === undefined ? {} : { 'Content-Type': contentType },
      );
      const problem = await assertProblem(inlet, answer, 'POST /v1/feedback', code);
      if (pointer !== undefined) assert.equal(problem.errors?.[0]?.pointer, pointer);
      await assertNothing();
    });
  }

  it('a body without a content type is unsupported', async () => {
    const body = '{"message":"Hi"}';
    const answer = await rawRequest(inlet.port, [
      uploadHead({ 'Content-Length': body.length }, '/v1/feedback'),
      body,
    ]);
    await assertProblem(inlet, answer, 'POST /v1/feedback', 'unsupported_media_type');
    await assertNothing();
  });

  it('a compressed body is unsupported', async () => {
    const answer = await client.post('{"message":"Hi"}', {
      'Content-Type': json,
      'Content-Encoding': 'gzip',
    });
    await assertProblem(inlet, answer, 'POST /v1/feedback', 'unsupported_media_type');
    await assertNothing();
  });

  it('lists only so many of a thousand mistakes, so that the answer stays small', async () => {
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`f${index}`, 1]));
    const answer = await client.sendJson({ message: 'Hi', fields });
    const problem = await assertProblem(inlet, answer, 'POST /v1/feedback', 'validation_failed');
    assert.equal(problem.errors?.length, 50);
    await assertNothing();
  });

  it('leaves nothing of a visitor who goes away in the middle of an attachment', async () => {
    const whole = multipart([textPart('message', 'Hi'), filePart(jpeg(90_000))]);
    const connection = await openRaw(inlet.port);
    await connection.send(
      uploadHead({ 'Content-Type': formType, 'Content-Length': whole.length }, '/v1/feedback'),
    );
    await connection.send(whole.subarray(0, 50_000));
    await until(async () => (await storedThings(inlet)).staging[0]);
    connection.reset();
    await until(async () => {
      const { staging, rows } = await storedThings(inlet);
      return staging.length + rows.length === 0 || undefined;
    });
    await assertNothing();
  });
});
