import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import express from 'express';
import supertest from 'supertest';
import { jsonObject, readText, urlencodedPairs } from '../../../src/http/read-body.ts';

const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

test('a JSON object comes as it is', () => {
  assert.deepEqual(jsonObject('{"a":[1,{"b":null}],"ü":"\\ud83c\\udf89"}'), { a: [1, { b: null }], ü: '🎉' });
});

test('anything but an object is refused', () => {
  for (const text of [
    '',
    '[]',
    '1',
    '"x"',
    'null',
    'true',
    '{',
    '{"a":1,}',
    "{'a':1}",
    '{"a":NaN}',
    '{} {}',
    '\ufeff{}',
  ]) {
    assert.throws(() => jsonObject(text), { code: 'invalid_json' }, text);
  }
});

test('what a broken text says is not repeated: problems are logged, and codes and numbers must not be', () => {
  for (const text of [
    '{"code":x12345678}',
    '{"to":+4915112345678}',
    '{"code":"12345678}',
    '{"code":12345678',
  ]) {
    assert.throws(
      () => jsonObject(text),
      (error: Error) => !inspect(error).includes('12345'),
      text,
    );
  }
});

test('20 levels are taken and 21 are not, and brackets in texts do not count', () => {
  assert.ok(jsonObject(nested(20)));
  assert.throws(() => jsonObject(nested(21)), { code: 'invalid_json', message: /20 levels/ });
  assert.throws(() => jsonObject(nested(100_000)), { code: 'invalid_json', message: /20 levels/ });
  assert.ok(jsonObject(JSON.stringify({ a: `${'['.repeat(100)}"\\"${'{'.repeat(100)}` })));
});

test('a member named __proto__ is refused at any depth, and nothing is polluted', () => {
  for (const text of ['{"__proto__":{"x":1}}', '{"a":[{"__proto__":1}]}', '{"\\u005f_proto__":1}']) {
    assert.throws(() => jsonObject(text), { code: 'invalid_json' }, text);
  }
  assert.equal(({} as { x?: number }).x, undefined);
});

test('a text made of quotes that never end costs no more than its length', () => {
  assert.throws(() => jsonObject(`"${'\\"'.repeat(130_000)}`), { code: 'invalid_json' });
  assert.throws(() => jsonObject('"'.repeat(260_001)), { code: 'invalid_json' });
  assert.throws(() => jsonObject(`{"a":"${'\\'.repeat(200_001)}`), { code: 'invalid_json' });
});

test('pairs of a form keep their order and their repetitions', () => {
  assert.deepEqual(urlencodedPairs('a=1&b=%C3%BC+x&a=2&c&=d&e=f=g&&'), [
    ['a', '1'],
    ['b', 'ü x'],
    ['a', '2'],
    ['c', ''],
    ['', 'd'],
    ['e', 'f=g'],
  ]);
});

test('escapes that are not UTF-8 are refused', () => {
  for (const text of ['a=%FF', 'a=%', 'a=%zz', '%C3=1', 'a=%ED%A0%80']) {
    assert.throws(() => urlencodedPairs(text), { code: 'invalid_form' }, text);
  }
});

/** What is read out of a real request of these bytes, or its problem. */
async function read(kind: 'json' | 'urlencoded', bytes: number[] | string | undefined, type?: string) {
  const outcome = Promise.withResolvers<string>();
  const app = express().post('/', (req, res) => {
    readText(req, [kind], 100).then(outcome.resolve, outcome.reject);
    outcome.promise.catch(() => {}).finally(() => res.end());
  });
  const sending = supertest(app).post('/');
  if (type) sending.set('Content-Type', type);
  const body = bytes === undefined ? undefined : Buffer.from(bytes as string);
  // Superagent would make JSON of a buffer.
  await sending.serialize((sent: unknown) => sent as string).send(body);
  return outcome.promise;
}

const json = 'application/json';

test('a text in UTF-8 is read, and bytes that are not UTF-8 are an error and not a replacement', async () => {
  assert.equal(await read('json', '{"a":"ü"}', json), '{"a":"ü"}');
  assert.equal(await read('json', '{}', 'application/vnd.example+json; charset="UTF-8"'), '{}');
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
    await assert.rejects(read('json', bytes, json), { code: 'invalid_json' });
    const form = read('urlencoded', bytes, 'application/x-www-form-urlencoded');
    await assert.rejects(form, { code: 'invalid_form' });
  }
});

test('no body, another type and another charset are refused', async () => {
  await assert.rejects(read('json', undefined, json), { code: 'empty_body' });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', `${json}; charset=iso-8859-1`]) {
    await assert.rejects(read('json', '{}', type), { code: 'unsupported_media_type' }, type);
  }
});

test('a body over the limit is refused, and one of the limit is not', async () => {
  assert.equal((await read('json', 'a'.repeat(100), json)).length, 100);
  await assert.rejects(read('json', 'a'.repeat(101), json), { type: 'entity.too.large' });
});
