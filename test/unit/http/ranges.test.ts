import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Request, Response } from 'express';
import { answerConditions } from '../../../src/http/conditions.ts';
import { selectRange } from '../../../src/http/ranges.ts';

const etag = '"abc"';
const modified = 'Sun, 01 Mar 2026 12:00:00 GMT';
const res = {
  getHeader: (name: string) => ({ ETag: etag, 'Last-Modified': modified })[name],
} as unknown as Response;
const asking = (headers: Record<string, string>) =>
  ({ get: (name: string) => headers[name] }) as unknown as Request;
const range = (value: string, size = 1000, more: Record<string, string> = {}) =>
  selectRange(asking({ range: value, ...more }), res, size);

test('a range is served with both ends, cut to the size', () => {
  assert.deepEqual(range('bytes=0-0'), { start: 0, end: 0 });
  assert.deepEqual(range('bytes=100-'), { start: 100, end: 999 });
  assert.deepEqual(range('bytes=100-5000'), { start: 100, end: 999 });
  assert.deepEqual(range('bytes=-1'), { start: 999, end: 999 });
  assert.deepEqual(range('bytes=-1000'), { start: 0, end: 999 });
  assert.deepEqual(range('bytes=-99999999999999999999'), { start: 0, end: 999 });
  assert.deepEqual(range(`bytes=0-${'9'.repeat(400)}`), { start: 0, end: 999 });
});

test('what is no range of bytes, or more than one, means all of it', () => {
  for (const value of [
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=2-1',
    'bytes=a-b',
    'bytes=1-2,5-6',
    'lines=1-2',
    'bytes=1-2-3',
    'bytes=+1-2',
  ]) {
    assert.equal(range(value), undefined, value);
  }
  assert.equal(selectRange(asking({}), res, 1000), undefined);
});

test('a range outside of the content says how large that is', () => {
  for (const value of ['bytes=1000-', 'bytes=1000-1001', 'bytes=-0', `bytes=${'9'.repeat(400)}-`]) {
    assert.throws(
      () => range(value),
      { code: 'range_not_satisfiable', headers: { 'Content-Range': 'bytes */1000' } },
      value,
    );
  }
  assert.throws(() => range('bytes=0-', 0), { code: 'range_not_satisfiable' });
});

test('more than 16 ranges are refused', () => {
  const many = (count: number) =>
    `bytes=${Array.from({ length: count }, (_, at) => `${at * 2}-${at * 2}`).join(',')}`;
  assert.equal(range(many(16)), undefined);
  assert.throws(() => range(many(17)), { code: 'range_not_satisfiable' });
});

test('If-Range decides whether there is a range at all', () => {
  const first = { start: 0, end: 9 };
  assert.deepEqual(range('bytes=0-9', 1000, { 'if-range': etag }), first);
  assert.deepEqual(range('bytes=0-9', 1000, { 'if-range': modified }), first);
  for (const other of ['"other"', `W/${etag}`, 'Sun, 01 Mar 2026 12:00:01 GMT', '']) {
    assert.equal(range('bytes=5000-', 1000, { 'if-range': other }), undefined, other);
  }
});

test('conditions are judged in the order of RFC 9110', () => {
  const answer = (headers: Record<string, string>) => answerConditions(asking(headers), res);
  const later = 'Sun, 01 Mar 2026 12:00:01 GMT';
  const earlier = 'Sun, 01 Mar 2026 11:59:59 GMT';
  assert.equal(answer({}), 'send');
  assert.equal(answer({ 'if-none-match': etag }), 'not_modified');
  assert.equal(answer({ 'if-none-match': `W/${etag}` }), 'not_modified');
  assert.equal(answer({ 'if-none-match': '"x", "abc"' }), 'not_modified');
  assert.equal(answer({ 'if-none-match': '*' }), 'not_modified');
  assert.equal(answer({ 'if-none-match': '"x"', 'if-modified-since': later }), 'send');
  assert.equal(answer({ 'if-none-match': etag, 'cache-control': 'no-cache' }), 'not_modified');
  assert.equal(answer({ 'if-modified-since': modified }), 'not_modified');
  assert.equal(answer({ 'if-modified-since': earlier }), 'send');
  assert.equal(answer({ 'if-modified-since': 'nonsense' }), 'send');
  assert.equal(answer({ 'if-match': `"x", ${etag}`, 'if-unmodified-since': earlier }), 'send');
  assert.equal(answer({ 'if-unmodified-since': modified }), 'send');
  for (const headers of [
    { 'if-match': '"x"' },
    { 'if-match': `W/${etag}` },
    { 'if-unmodified-since': earlier },
  ]) {
    assert.throws(() => answer(headers), { code: 'precondition_failed' });
  }
});
