import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCursor, encodeCursor, pageBody, pageQuery } from '../../../src/http/cursor.ts';

const position = { at: '2026-03-01T12:00:00.000Z', id: 'b475ac19-db0a-45a2-9e14-25e81f799303' };

test('a position survives the way to the client and back, in letters that need no escape', () => {
  const cursor = encodeCursor(position);
  assert.match(cursor, /^[\w-]+$/);
  assert.deepEqual(decodeCursor(cursor), position);
  assert.equal(pageQuery.parse({ cursor }).cursor, cursor);
  assert.equal(decodeCursor(undefined), undefined);
});

test('anything that is no position is refused', () => {
  const texts = ['null', '[]', '{}', '"x"', '[1,2]', '["yesterday","a"]', `["${position.at}",""]`, 'x'];
  const more = [`["${position.at}","${'a'.repeat(65)}"]`, `["${position.at}","a","b"]`, ''];
  for (const text of [...texts, ...more]) {
    const cursor = Buffer.from(text).toString('base64url');
    assert.throws(() => decodeCursor(cursor), { code: 'invalid_cursor' }, text);
  }
});

test('a list says null where there is no next page', () => {
  assert.deepEqual(pageBody({ items: [1, 2] }, String), { items: ['1', '2'], nextCursor: null });
  const { nextCursor } = pageBody({ items: [1], next: position }, String);
  assert.deepEqual(decodeCursor(nextCursor ?? undefined), position);
});

test('a page has 20 items unless 1 to 100 are asked for', () => {
  assert.equal(pageQuery.parse({}).limit, 20);
  assert.equal(pageQuery.parse({ limit: '100' }).limit, 100);
  for (const limit of ['0', '101', '1.5', 'ten', '', '-1', ['1', '2']]) {
    assert.equal(pageQuery.safeParse({ limit }).success, false, String(limit));
  }
});
