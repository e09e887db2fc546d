import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { AppError } from '../app-error.ts';
import { type Claims, heldBeyond } from '../ledger/claims.ts';
import { keyFor } from '../secrets.ts';
import { type Channel, channels } from './channel.ts';

/** What a proof says: whoever has it could read at this address. */
export interface Proven {
  /** Of this proof. */
  id: string;
  /** The keyed hash of the address. */
  subject: string;
  channel: Channel;
  purpose: string;
  /** ISO 8601. */
  expiresAt: string;
}

/**
 * Proofs that an address is verified: signed tokens (JWT, HS256) that are bound to address, purpose and audience,
 * and good once. They say `address_verified` and no more: whoever can read a mailbox is not thereby
 * authenticated (NIST SP 800-63B-4 section 3.1.3.1: e-mail shall not be used for out-of-band authentication).
 */
export interface Proofs {
  issue(
    proven: Pick<Proven, 'subject' | 'channel' | 'purpose'>,
  ): Promise<{ proof: string; expiresAt: string }>;
  /** Throws `proof_invalid`, also for another purpose, or `proof_expired`. Does not use it up. */
  check(proof: string, purpose: string): Promise<Proven>;
  /** Uses the proof up for `owner`, who may do so again. Throws `proof_used` if somebody else has. */
  use(proven: Proven, owner: string): Promise<void>;
  /** Makes a proof good again that its owner used for something that did not happen. */
  giveBack(proven: Proven, owner: string): Promise<void>;
}

interface ProofsDeps {
  /** The first signs, every one verifies. */
  secrets: readonly string[];
  audience: string;
  lifetimeSeconds: number;
  claims: Claims;
  clock: () => Date;
  randomId: () => string;
}

const issuer = 'inlet';
const claimed = z.object({
  jti: z.string(),
  sub: z.string(),
  exp: z.number(),
  purpose: z.string(),
  channel: z.enum(channels),
  address_verified: z.literal(true),
});

export function createProofs({ secrets, audience, lifetimeSeconds, ...deps }: ProofsDeps): Proofs {
  const keys = secrets.map((secret) => keyFor(secret, 'proof'));
  const [signing] = keys;
  if (!signing) throw new Error('A secret for proofs is needed.');

  async function verified(proof: string) {
    let last: unknown;
    for (const key of keys) {
      try {
        return await jwtVerify(proof, key, {
          algorithms: ['HS256'],
          issuer,
          audience,
          currentDate: deps.clock(),
        });
      } catch (error) {
        if (error instanceof errors.JWTExpired)
          throw new AppError('proof_expired', undefined, { cause: error });
        last = error;
      }
    }
    throw new AppError('proof_invalid', undefined, { cause: last });
  }

  const nameOf = ({ id }: Proven) => `proof ${id}`;

  return {
    async issue({ subject, channel, purpose }) {
      const issuedAt = Math.floor(deps.clock().getTime() / 1000);
      const exp = issuedAt + lifetimeSeconds;
      const proof = await new SignJWT({ purpose, channel, address_verified: true })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setJti(deps.randomId())
        .setIssuedAt(issuedAt)
        .setExpirationTime(exp)
        .sign(signing);
      return { proof, expiresAt: new Date(exp * 1000).toISOString() };
    },
    async check(proof, purpose) {
      const { payload } = await verified(proof);
      const parsed = claimed.safeParse(payload);
      if (!parsed.success || parsed.data.purpose !== purpose) throw new AppError('proof_invalid');
      const { jti: id, sub: subject, exp, channel } = parsed.data;
      return { id, subject, channel, purpose, expiresAt: new Date(exp * 1000).toISOString() };
    },
    async use(proven, owner) {
      const holder = await deps.claims.claim(nameOf(proven), owner, heldBeyond(proven.expiresAt));
      if (holder !== owner) throw new AppError('proof_used');
    },
    giveBack: (proven, owner) => deps.claims.release(nameOf(proven), owner),
  };
}
