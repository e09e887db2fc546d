import type { Challenge } from 'altcha-lib';
import type { Claims } from '../ledger/claims.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { type CostRange, costOf } from './cost-of.ts';
import { createSpamCheck } from './create-spam-check.ts';
import { createFormTokens } from './form-tokens.ts';
import { createProofOfWork } from './proof-of-work.ts';
import { createRecentRate } from './recent-rate.ts';
import type { SpamCheck } from './spam-check.ts';

/** What a page needs to send a form. */
export interface FormTicket {
  token: string;
  /** ISO 8601. */
  expiresAt: string;
  /** A form that is sent sooner is suspicious. */
  minSeconds: number;
  /** How long the token is good, for pages whose visitors' clocks are wrong. */
  maxSeconds: number;
  pow: Challenge;
}

export interface SpamProtection {
  check: SpamCheck;
  /** Opens a form. */
  openForm(form: string): Promise<FormTicket>;
}

interface SpamProtectionDeps extends CostRange {
  /** Off: nothing is suspicious, and a form costs no work and no wait. */
  isOn: boolean;
  secrets: readonly string[];
  claims: Claims;
  metrics: Pick<Metrics, 'proofOfWorkCost'>;
  clock: () => Date;
  randomBytes: (size: number) => Buffer;
  randomInt: (end: number) => number;
  allowedOrigins: readonly string[];
  minSeconds: number;
  maxSeconds: number;
}

/**
 * Holds programs off without cookies, without third parties, and with nothing kept but which proofs of work are
 * used up. The load is that of this process: behind a load balancer each one sees its share.
 */
export function createSpamProtection({ isOn, clock, metrics, ...deps }: SpamProtectionDeps): SpamProtection {
  const minSeconds = isOn ? deps.minSeconds : 0;
  const { maxSeconds } = deps;
  const tokens = createFormTokens({ ...deps, clock, minSeconds });
  const proofOfWork = createProofOfWork(deps);
  const rate = createRecentRate(clock);
  const check = createSpamCheck({ ...deps, tokens, proofOfWork, rate });

  return {
    check: isOn ? check : { assess: async () => [], giveBack: async () => {} },
    async openForm(form) {
      rate.count();
      const cost = isOn ? costOf(rate.perMinute(), deps) : 1;
      metrics.proofOfWorkCost(cost);
      const { token, id, expiresAt } = tokens.issue(form);
      return { token, expiresAt, minSeconds, maxSeconds, pow: await proofOfWork.challenge(id, cost) };
    },
  };
}
