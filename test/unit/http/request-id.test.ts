import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestIdOf } from '../../../src/http/request-context.ts';

const made = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('a harmless id is kept, and goes before the trace of the load balancer', () => {
  for (const id of ['abc', 'A-1_b.c:d/e=f+g@h', 'x'.repeat(128)]) {
    assert.equal(requestIdOf({ 'x-request-id': id }), id);
    assert.equal(requestIdOf({ 'x-request-id': id, 'x-amzn-trace-id': 'Root=1-2-3' }), id);
  }
});

test('an id that could harm a log is replaced', () => {
  for (const id of ['', ' ', 'a b', 'a\nb', 'a"b', '{}', 'ü', '<script>', 'x'.repeat(129), 'a,b']) {
    assert.match(requestIdOf({ 'x-request-id': id }), made, JSON.stringify(id));
  }
  assert.notEqual(requestIdOf({}), requestIdOf({}));
});

test('the root of the trace is taken, wherever it stands', () => {
  const root = '1-67891233-abcdef012345678912345678';
  for (const trace of [`Root=${root}`, `Self=1-2-3;Root=${root}`, `Self=1-2-3; Root=${root};Sampled=1`]) {
    assert.equal(requestIdOf({ 'x-amzn-trace-id': trace }), root);
    assert.equal(requestIdOf({ 'x-request-id': 'not good', 'x-amzn-trace-id': trace }), root);
  }
  for (const trace of ['', 'Self=1-2-3', 'Root=', 'Root=a b', 'XRoot=1-2-3']) {
    assert.match(requestIdOf({ 'x-amzn-trace-id': trace }), made, trace);
  }
});
