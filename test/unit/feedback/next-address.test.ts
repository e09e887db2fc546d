import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextAddress } from '../../../src/feedback/next-address.ts';

describe('the address to continue at', () => {
  const base = 'https://inlet.example';
  const next = (given: string, allowed: string[] = []) => nextAddress(given, 'r1', allowed, base);

  it('is a path of this origin, whatever scheme and host a proxy shows', () => {
    assert.equal(next('/thanks'), '/thanks?receipt=r1');
    assert.equal(next('https://inlet.example/thanks'), '/thanks?receipt=r1');
  });

  it('is no other origin just because any page may call the API', () => {
    assert.throws(() => next('https://other.example/', ['*']), { code: 'next_not_allowed' });
  });

  it('never starts with two slashes or has a name before the host', () => {
    for (const given of [
      '/.//other.example',
      'https://inlet.example//other.example',
      'https://a@inlet.example/',
    ]) {
      assert.throws(() => next(given), { code: 'next_not_allowed' }, given);
    }
  });

  it('is refused, not a fault, where the own address cannot be read', () => {
    assert.throws(() => nextAddress('/thanks', 'r1', [], 'http://a b'), { code: 'next_not_allowed' });
  });
});
