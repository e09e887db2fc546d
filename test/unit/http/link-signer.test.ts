import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLinkSigner } from '../../../src/http/link-signer.ts';

const start = Date.parse('2026-03-01T12:00:00.000Z');
function signerAt(seconds: number, secrets = ['first']) {
  const clock = () => new Date(start + seconds * 1000);
  return createLinkSigner({ secrets, lifetimeSeconds: 60, clock });
}
const queryOf = (link: string) => Object.fromEntries(new URL(link, 'http://inlet.test').searchParams);
const link = signerAt(0).sign('/v1/uploads/1');

test('a link is good until its last second is over', () => {
  assert.equal(queryOf(link).expires, String(start / 1000 + 60));
  signerAt(0).verify('GET', '/v1/uploads/1', queryOf(link));
  signerAt(59.999).verify('GET', '/v1/uploads/1', queryOf(link));
  assert.throws(() => signerAt(60).verify('GET', '/v1/uploads/1', queryOf(link)), { code: 'link_expired' });
});

test('a link that was changed is not valid, and does not say whether it has expired', () => {
  const { expires = '', signature = '' } = queryOf(link);
  const changed: Record<string, unknown>[] = [
    {},
    { expires },
    { signature },
    { expires, signature: '' },
    { expires, signature: `${signature.slice(1)}` },
    { expires: String(Number(expires) + 1), signature },
    { expires: ` ${expires}`, signature },
    { expires: [expires, expires], signature },
    { expires, signature: [signature, signature] },
    { expires: 'never', signature },
  ];
  for (const query of changed) {
    for (const now of [0, 9999]) {
      assert.throws(() => signerAt(now).verify('GET', '/v1/uploads/1', query), { code: 'link_invalid' });
    }
  }
});

test('a link is for one path only', () => {
  for (const path of ['/v1/uploads/2', '/v1/uploads/1/content', '/v1/uploads/1/', '/V1/uploads/1', '']) {
    assert.throws(() => signerAt(0).verify('GET', path, queryOf(link)), { code: 'link_invalid' }, path);
  }
});

test('secrets can be rotated: the first signs, every one verifies', () => {
  const rotated = signerAt(0, ['second', 'first']);
  rotated.verify('GET', '/v1/uploads/1', queryOf(link));
  const newer = queryOf(rotated.sign('/v1/uploads/1'));
  assert.notEqual(newer.signature, queryOf(link).signature);
  assert.throws(() => signerAt(0).verify('GET', '/v1/uploads/1', newer), { code: 'link_invalid' });
  signerAt(0, ['second']).verify('GET', '/v1/uploads/1', newer);
});

test('there is no signer without a secret', () => {
  assert.throws(() => signerAt(0, []));
  assert.throws(() => signerAt(0, ['']));
});

test('a link is good for its method only, where HEAD shows no more than GET', () => {
  const removal = queryOf(signerAt(0).sign('/v1/uploads/1', { method: 'DELETE' }));
  signerAt(0).verify('DELETE', '/v1/uploads/1', removal);
  assert.throws(() => signerAt(0).verify('GET', '/v1/uploads/1', removal), { code: 'link_invalid' });
  signerAt(0).verify('HEAD', '/v1/uploads/1', queryOf(link));
  assert.throws(() => signerAt(0).verify('DELETE', '/v1/uploads/1', queryOf(link)), { code: 'link_invalid' });
});
