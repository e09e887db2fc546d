import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isForeign } from '../../../src/spam/is-foreign.ts';
import type { Evidence } from '../../../src/spam/spam-check.ts';

const allowed = ['https://www.example.org'];
const form: Evidence = {
  honeypot: false,
  isForm: true,
  origin: undefined,
  ownOrigin: 'https://api.example.org',
  isSameOrigin: false,
};

const cases: [string, Partial<Evidence>, readonly string[], boolean][] = [
  ['a form without an origin, as programs send it', {}, allowed, false],
  ['a form of our own page', { origin: 'https://api.example.org' }, allowed, false],
  ['a form of an allowed site', { origin: 'https://www.example.org' }, allowed, false],
  ['a form of any site where all are allowed', { origin: 'https://evil.example' }, ['*'], false],
  ['a form of another site', { origin: 'https://evil.example' }, allowed, true],
  ['a form of the same host on plain HTTP', { origin: 'http://api.example.org' }, allowed, true],
  ['a form of another port', { origin: 'https://api.example.org:8443' }, allowed, true],
  ['a form of a subdomain', { origin: 'https://x.www.example.org' }, allowed, true],
  ['a form of a page without an origin', { origin: 'null' }, allowed, true],
  ['a form of our own page that hides where it is', { origin: 'null', isSameOrigin: true }, [], false],
  ['JSON of another site, which CORS judges', { origin: 'https://evil.example', isForm: false }, [], false],
];

for (const [what, evidence, allowedOrigins, expected] of cases) {
  test(`${what} is ${expected ? '' : 'not '}foreign`, () => {
    assert.equal(isForeign({ ...form, ...evidence }, allowedOrigins), expected);
  });
}
