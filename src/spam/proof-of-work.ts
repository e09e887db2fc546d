import { type Challenge, createChallenge, type Payload, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/sha';
import { z } from 'zod';
import { keyFor } from '../secrets.ts';

/** Work that a browser does for a form, and that costs the server two signatures to check. */
export interface ProofOfWork {
  /** A challenge that is good with this form token only. Solving it takes `cost` hashes on average. */
  challenge(tokenId: string, cost: number): Promise<Challenge>;
  /** Whether it is the solution of a challenge of ours for this form token. */
  isSolved(pow: string, tokenId: string): Promise<boolean>;
}

interface ProofOfWorkDeps {
  /** The first signs, every one verifies. */
  secrets: readonly string[];
  /** A whole number from 0 to below `end`, of even chances. */
  randomInt: (end: number) => number;
}

const algorithm = 'SHA-256';

/** What ALTCHA's clients send: JSON in base64. Members that the signature covers are kept as they came. */
const payload = z.object({
  challenge: z.object({
    parameters: z.looseObject({
      algorithm: z.literal(algorithm),
      nonce: z.hex(),
      salt: z.hex(),
      cost: z.literal(1),
      keySignature: z.hex(),
      data: z.object({ token: z.string() }),
    }),
    signature: z.hex(),
  }),
  solution: z.object({ counter: z.number(), derivedKey: z.string() }),
});

function parse(pow: string): Payload | undefined {
  try {
    const { data } = payload.safeParse(JSON.parse(Buffer.from(pow, 'base64').toString('utf8')));
    return data as Payload | undefined;
  } catch {
    return undefined;
  }
}

/**
 * ALTCHA's proof of work, in its second version: unlike the first, its signature covers every parameter, with the
 * form token among them. The key of a secret counter is to be found, one SHA-256 a try. SHA-256 because it is the
 * only one of its algorithms that a page can compute without `crypto.subtle`, which pages on plain HTTP lack. There
 * is no `expiresAt`: the challenge ends with the token that it is bound to, by one clock.
 */
export function createProofOfWork({ secrets, randomInt }: ProofOfWorkDeps): ProofOfWork {
  const keys = secrets.map((secret) => {
    const hmacSignatureSecret = keyFor(secret, 'proof of work').toString('base64');
    return { hmacSignatureSecret, hmacKeySignatureSecret: `solution ${hmacSignatureSecret}` };
  });
  const [signing] = keys;
  if (!signing) throw new Error('A secret for proofs of work is needed.');

  return {
    challenge: (tokenId, cost) =>
      createChallenge({
        algorithm,
        // ALTCHA's own cost is the hashes of one try. Tries from counter 0 on make it `cost` on average.
        cost: 1,
        counter: randomInt(2 * cost - 1),
        deriveKey,
        data: { token: tokenId },
        ...signing,
      }),
    async isSolved(pow, tokenId) {
      const { challenge, solution } = parse(pow) ?? {};
      if (!challenge || !solution || challenge.parameters.data?.token !== tokenId) return false;
      for (const key of keys) {
        if ((await verifySolution({ challenge, solution, deriveKey, ...key })).verified) return true;
      }
      return false;
    },
  };
}
