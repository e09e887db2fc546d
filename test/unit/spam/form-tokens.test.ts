import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createFormTokens } from '../../../src/spam/form-tokens.ts';

const opened = Date.parse('2026-03-01T12:00:00.000Z');
const secrets = ['a secret of at least 32 characters', 'an older secret of 32 characters'];

function tokensAt(seconds: number, given = secrets) {
  const clock = () => new Date(opened + seconds * 1000);
  return createFormTokens({ secrets: given, clock, randomBytes, minSeconds: 3, maxSeconds: 600 });
}
const judgedAt = (seconds: number, token: string | undefined, form = 'contact') =>
  tokensAt(seconds).judge(token, form).suspicion;

const issued = tokensAt(0).issue('contact');

test('a token is good from its least age on until it expires, and says which it is', () => {
  assert.equal(issued.expiresAt, '2026-03-01T12:10:00.000Z');
  assert.equal(judgedAt(2.999, issued.token), 'too_fast');
  assert.equal(judgedAt(3, issued.token), undefined);
  assert.equal(judgedAt(599.999, issued.token), undefined);
  assert.equal(judgedAt(600, issued.token), 'token_expired');
  const { id, expiresAt } = issued;
  assert.deepEqual(tokensAt(1).judge(issued.token, 'contact').genuine, { id, expiresAt });
  assert.equal(tokensAt(600).judge(issued.token, 'contact').genuine, undefined);
});

test('a token from the future, by a clock that is ahead, was sent too fast', () => {
  assert.equal(judgedAt(-1, issued.token), 'too_fast');
});

test('no token is not a forged one', () => {
  assert.equal(judgedAt(10, undefined), 'no_token');
});

test('a token of another form is not valid', () => {
  for (const form of ['contact2', 'Contact', 'feedback']) {
    assert.equal(judgedAt(10, issued.token, form), 'token_invalid');
  }
});

test('a token that was changed in any place is not valid', () => {
  for (let i = 0; i < issued.token.length - 1; i++) {
    const changed = issued.token[i] === 'b' ? 'c' : 'b';
    const token = issued.token.slice(0, i) + changed + issued.token.slice(i + 1);
    assert.equal(judgedAt(10, token), 'token_invalid', token);
  }
  for (const token of ['', '.', 'x', `${issued.token}x`, ` ${issued.token}`, issued.token.slice(0, -1)]) {
    assert.equal(judgedAt(10, token), 'token_invalid', token);
  }
});

test('the first secret signs, all verify', () => {
  const [current = '', older = ''] = secrets;
  const sign = (secret: string) => tokensAt(0, [secret]).issue('contact').token;
  assert.equal(judgedAt(10, sign(older)), undefined);
  assert.equal(judgedAt(10, sign('a secret that nobody here knows of')), 'token_invalid');
  assert.equal(tokensAt(10, [older]).judge(issued.token, 'contact').suspicion, 'token_invalid');
  assert.equal(tokensAt(10, [current]).judge(issued.token, 'contact').suspicion, undefined);
});

test('two tokens of one moment differ', () => {
  const { issue } = tokensAt(0);
  assert.notEqual(issue('contact').id, issue('contact').id);
});
