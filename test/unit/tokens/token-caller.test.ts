import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTokenCaller } from '../../../src/tokens/token-caller.ts';

const callerOf = (scopeClaim = 'scope', scopePrefix = '', plan?: string) =>
  createTokenCaller({ scopeClaim, scopePrefix, plan });
const scopesOf = (value: unknown, prefix = '') =>
  callerOf('groups', prefix)({ client: 'c', subject: undefined, claims: { groups: value } }).scopes;
const idOf = (client: unknown, subject?: unknown) => callerOf()({ client, subject, claims: {} }).id;

test('scopes come from a text with blanks or a list', () => {
  assert.deepEqual(scopesOf('feedback:read  uploads:read'), ['uploads:read', 'feedback:read']);
  assert.deepEqual(scopesOf(['feedback:read', 'staff', 'feedback:read']), ['feedback:read']);
});

test('anything else gives no scopes', () => {
  for (const value of [
    undefined,
    null,
    true,
    1,
    '',
    {},
    { 'feedback:read': true },
    [['feedback:read']],
    [1, null],
  ]) {
    assert.deepEqual(scopesOf(value), [], JSON.stringify(value));
  }
  const claims = { __proto__: { groups: 'feedback:read' } };
  assert.deepEqual(callerOf('toString')({ client: 'c', subject: undefined, claims }).scopes, []);
});

test('with a prefix only what has it counts', () => {
  assert.deepEqual(scopesOf('inlet/feedback:read uploads:read other/uploads:read inlet/x', 'inlet/'), [
    'feedback:read',
  ]);
});

test('scopes are compared exactly', () => {
  assert.deepEqual(scopesOf('Feedback:read feedback:read* * feedback'), []);
});

test('the client comes before the subject, and one cannot be taken for the other or for a key', () => {
  assert.equal(idOf('app', 'user'), 'client:app');
  assert.equal(idOf(undefined, 'app'), 'subject:app');
  assert.equal(idOf('', 'auth0|5f7c'), 'subject:auth0|5f7c');
  assert.equal(idOf({ toString: () => 'app' }, 'user'), 'subject:user');
});

test('an id that is long or strange is replaced by its hash, the same each time', () => {
  const ids = ['a'.repeat(65), 'two words', 'line\nbreak', 'a"b', 'https://client.example/app', 'ä', '../x'];
  for (const id of ids) {
    assert.match(idOf(id), /^client:sha256-[0-9a-f]{32}$/);
    assert.equal(idOf(id), idOf(id));
  }
  assert.equal(new Set(ids.map((id) => idOf(id))).size, ids.length);
});

test('a token of nobody is refused', () => {
  for (const nobody of [undefined, null, '', 5]) {
    assert.throws(() => idOf(nobody, nobody), { code: 'token_invalid' });
  }
});

test('the plan of tokens is that of the settings', () => {
  const claims = { plan: 'unlimited' };
  assert.equal(callerOf('scope', '', 'partner')({ client: 'c', subject: '', claims }).plan, 'partner');
  assert.equal(callerOf()({ client: 'c', subject: '', claims }).plan, undefined);
});
