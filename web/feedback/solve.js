import { createSha256 } from './sha-256.js';

const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Solves a challenge of ALTCHA (version 2, SHA-256): looks for the counter whose hash of salt, nonce and counter
 * begins as the challenge says. Undefined for a challenge of another kind.
 */
export function solve({ algorithm, salt, nonce, cost, keyPrefix, keyLength }) {
  if (algorithm !== 'SHA-256') return undefined;
  const start = performance.now();
  const opening = [...fromHex(salt), ...fromHex(nonce)];
  const prefix = fromHex(keyPrefix);
  const message = new Uint8Array(opening.length + 4);
  message.set(opening);
  const view = new DataView(message.buffer);
  const hash = createSha256(message.length);
  const hashAgain = createSha256(32);
  for (let counter = 0; counter <= 0xffffffff; counter++) {
    view.setUint32(opening.length, counter);
    let key = hash(message);
    for (let round = 1; round < cost; round++) key = hashAgain(key);
    if (key[0] === prefix[0] && prefix.every((byte, i) => key[i] === byte)) {
      const time = Math.round(performance.now() - start);
      return { counter, derivedKey: toHex(key.subarray(0, keyLength)), time };
    }
  }
  return undefined;
}
