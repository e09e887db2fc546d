import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientKey, plainAddress } from '../../../src/http/client-address.ts';

test('an IPv4 address stands for one client, however it is written', () => {
  assert.equal(clientKey('192.0.2.1'), '192.0.2.1');
  assert.equal(clientKey('::ffff:192.0.2.1'), '192.0.2.1');
  assert.notEqual(clientKey('192.0.2.1'), clientKey('192.0.2.2'));
});

test('the addresses of one /64 are one client, those of the next are another', () => {
  const key = clientKey('2001:db8:1:2::1');
  assert.equal(key, '2001:db8:1:2::/64');
  assert.equal(clientKey('2001:DB8:1:2:ffff:ffff:ffff:ffff'), key);
  assert.equal(clientKey('2001:0db8:0001:0002::'), key);
  assert.notEqual(clientKey('2001:db8:1:3::1'), key);
});

test('what is no address shares one key, so that it opens no budget of its own', () => {
  for (const address of [undefined, '', 'nonsense', '999.1.1.1', '192.0.2.1, 192.0.2.2']) {
    assert.equal(clientKey(address), 'unknown');
  }
});

test('the log shows an IPv4 address plainly', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(plainAddress('2001:db8::1'), '2001:db8::1');
  assert.equal(plainAddress(undefined), undefined);
});
