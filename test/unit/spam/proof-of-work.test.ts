import assert from 'node:assert/strict';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { test } from 'node:test';
import type { Challenge, Payload } from 'altcha-lib';
import { createProofOfWork } from '../../../src/spam/proof-of-work.ts';
import { solved } from '../../support/open-form.ts';

const pages = '../../../web/feedback';
const { solve } = await import(`${pages}/solve.js`);
const { createSha256 } = await import(`${pages}/sha-256.js`);

const secrets = ['a secret of at least 32 characters', 'an older secret of 32 characters'];
const work = createProofOfWork({ secrets, randomInt });

function decode(pow: string): Payload {
  return JSON.parse(Buffer.from(pow, 'base64').toString('utf8'));
}
function encode(payload: unknown): string {
  return Buffer.from(JSON.stringify(payload)).toString('base64');
}

test('what the page and what ALTCHA’s own client find is a solution', async () => {
  for (let i = 0; i < 20; i++) {
    const challenge = await work.challenge('token', 50);
    const byPage = encode({ challenge, solution: solve(challenge.parameters) });
    assert.equal(await work.isSolved(byPage, 'token'), true);
    assert.equal(decode(await solved(challenge)).solution.counter, decode(byPage).solution.counter);
    assert.equal(await work.isSolved(await solved(challenge), 'token'), true);
  }
});

test('the page computes SHA-256, whatever the length of the message', () => {
  for (const length of [0, 1, 36, 55, 56, 63, 64, 65, 119, 120, 1000]) {
    const hash = createSha256(length);
    for (let i = 0; i < 5; i++) {
      const message = randomBytes(length);
      assert.deepEqual(Buffer.from(hash(message)), createHash('sha256').update(message).digest());
    }
  }
});

test('the page gives up on a challenge of a kind that it does not know', async () => {
  const { parameters } = await work.challenge('token', 5);
  assert.equal(solve({ ...parameters, algorithm: 'PBKDF2/SHA-256' }), undefined);
});

test('solving takes as many hashes as the cost says, on average', async () => {
  for (const cost of [1, 100, 1000]) {
    const rounds = 1000;
    let hashes = 0;
    for (let i = 0; i < rounds; i++) {
      const { parameters } = await work.challenge('token', cost);
      const found = solve(parameters);
      hashes += found.counter + 1;
      assert.ok(found.counter < 2 * cost);
    }
    // Even chances from 1 to 2 × cost - 1 have a deviation of cost / √3, the mean of 1000 one of 0.018 × cost:
    // five of those are met by chance once in two million runs.
    assert.ok(
      Math.abs(hashes / rounds - cost) <= 0.092 * cost,
      `${hashes / rounds} hashes instead of ${cost}`,
    );
  }
});

test('a solution is good with the form token that it was made for only', async () => {
  const pow = await solved(await work.challenge('token', 5));
  assert.equal(await work.isSolved(pow, 'another'), false);
  const { challenge, solution } = decode(pow);
  const parameters = { ...challenge.parameters, data: { token: 'another' } };
  assert.equal(
    await work.isSolved(encode({ challenge: { ...challenge, parameters }, solution }), 'another'),
    false,
  );
});

test('a challenge that was made easier is not one of ours', async () => {
  const { parameters, signature } = await work.challenge('token', 1000);
  for (const easier of [{ keyPrefix: '00' }, { keySignature: '00' }, { salt: '00' }, { nonce: '00' }]) {
    const challenge = { parameters: { ...parameters, ...easier }, signature } as Challenge;
    const pow = encode({ challenge, solution: { counter: 0, derivedKey: '00'.repeat(32) } });
    assert.equal(await work.isSolved(pow, 'token'), false);
  }
});

test('the signature of the solution cannot be left out, to be judged by its beginning alone', async () => {
  const challenge = await work.challenge('token', 5);
  const { keySignature: _, ...parameters } = challenge.parameters;
  const { solution } = decode(await solved(challenge));
  assert.equal(
    await work.isSolved(encode({ challenge: { ...challenge, parameters }, solution }), 'token'),
    false,
  );
});

test('a guess is no solution', async () => {
  const challenge = await work.challenge('token', 1000);
  const { keyPrefix } = challenge.parameters;
  for (const derivedKey of ['', 'zz', '00'.repeat(32), keyPrefix, keyPrefix + '00'.repeat(16)]) {
    assert.equal(
      await work.isSolved(encode({ challenge, solution: { counter: 7, derivedKey } }), 'token'),
      false,
    );
  }
});

test('the first secret signs, all verify', async () => {
  const [current = '', older = ''] = secrets;
  const by = (secret: string) => createProofOfWork({ secrets: [secret], randomInt });
  assert.equal(await work.isSolved(await solved(await by(older).challenge('token', 5)), 'token'), true);
  assert.equal(await by(current).isSolved(await solved(await work.challenge('token', 5)), 'token'), true);
  assert.equal(await by(older).isSolved(await solved(await work.challenge('token', 5)), 'token'), false);
});

test('nonsense is no solution, and breaks nothing', async () => {
  const challenge = await work.challenge('token', 5);
  const nonsense = [
    '',
    '{}',
    'AAAA',
    encode(null),
    encode([]),
    encode({}),
    encode({ challenge }),
    encode('x'),
  ];
  const deep = `${'['.repeat(3000)}`;
  for (const pow of [...nonsense, encode({ challenge, solution: null }), deep]) {
    assert.equal(await work.isSolved(pow, 'token'), false, pow.slice(0, 40));
  }
});
