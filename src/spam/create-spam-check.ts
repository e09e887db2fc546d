import { type Claims, heldBeyond } from '../ledger/claims.ts';
import type { Suspicion } from '../metrics/metric-definitions.ts';
import type { FormTokens, JudgedToken } from './form-tokens.ts';
import { isForeign } from './is-foreign.ts';
import type { ProofOfWork } from './proof-of-work.ts';
import type { RecentRate } from './recent-rate.ts';
import type { SpamCheck } from './spam-check.ts';

export interface SpamCheckDeps {
  tokens: FormTokens;
  proofOfWork: ProofOfWork;
  claims: Claims;
  rate: RecentRate;
  allowedOrigins: readonly string[];
}

/** Judges feedback by what its request shows. Every reason is found, so that a person sees all of them at once. */
export function createSpamCheck({
  tokens,
  proofOfWork,
  claims,
  rate,
  allowedOrigins,
}: SpamCheckDeps): SpamCheck {
  type WorkSuspicion = Extract<Suspicion, `${string}proof_of_work${string}`>;

  /** A solution is good for one piece of feedback, however often that is sent. */
  async function judgeWork(
    pow: string | undefined,
    token: JudgedToken['genuine'],
    owner: string,
  ): Promise<WorkSuspicion | undefined> {
    if (pow === undefined) return 'no_proof_of_work';
    if (!token || !(await proofOfWork.isSolved(pow, token.id))) return 'proof_of_work_invalid';
    const holder = await claims.claim(nameOf(token), owner, heldBeyond(token.expiresAt));
    return holder === owner ? undefined : 'proof_of_work_reused';
  }

  const nameOf = ({ id }: NonNullable<JudgedToken['genuine']>) => `pow ${id}`;

  return {
    async giveBack({ token }, form, owner) {
      const { genuine } = tokens.judge(token, form);
      if (genuine) await claims.release(nameOf(genuine), owner);
    },
    async assess(evidence, form, owner) {
      rate.count();
      const token = tokens.judge(evidence.token, form);
      const reasons = [
        evidence.honeypot ? 'honeypot' : undefined,
        token.suspicion,
        await judgeWork(evidence.pow, token.genuine, owner),
        isForeign(evidence, allowedOrigins) ? 'foreign_origin' : undefined,
      ] as const;
      return reasons.filter((reason) => reason !== undefined);
    },
  };
}
