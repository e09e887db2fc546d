import { randomUUID } from 'node:crypto';
import type { Channel } from '../../src/otp/channel.ts';
import { createProofs } from '../../src/otp/proofs.ts';
import { createSubjects } from '../../src/otp/subjects.ts';

/** A secret for processes whose proofs a test makes. */
export const proofSecret = 'a secret that is only good for tests';

interface Minted {
  to: string;
  purpose?: string;
  channel?: Channel;
  secret?: string;
  audience?: string;
  /** How long ago it was made. */
  agoSeconds?: number;
}

/**
 * Makes proofs as a process with the secret does, many of them at once and old ones too, which nobody can get by
 * typing codes. `verifyAddress` is the way on which people get them.
 */
export async function mintProof(minted: Minted): Promise<string> {
  const { to, purpose = 'feedback', channel = 'email', secret = proofSecret, audience = 'inlet' } = minted;
  const unused = () => Promise.reject(new Error('Making proofs claims nothing.'));
  const proofs = createProofs({
    secrets: [secret],
    audience,
    lifetimeSeconds: 1800,
    claims: { claim: unused, release: unused },
    clock: () => new Date(Date.now() - (minted.agoSeconds ?? 0) * 1000),
    randomId: randomUUID,
  });
  const subject = createSubjects([secret])(channel, to);
  return (await proofs.issue({ subject, channel, purpose })).proof;
}
