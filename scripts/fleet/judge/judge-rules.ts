import { z } from 'zod';
import { FleetError } from '../fleet-error.ts';

const share = z.number().min(0).max(1);

const judgeRulesSchema = z.strictObject({
  /** The canary passes only with at least so many requests. A canary that is clearly bad fails before. */
  minimumRequests: z.int().min(1),
  /** By how much the canary's share of errors may exceed the live slot's. 0.01 is one point. */
  toleratedErrors: share,
  /** By how much its share of slow requests may exceed the live slot's. */
  toleratedSlow: share,
  /** What is slow: longer than what this share of the live slot's requests stayed below. */
  slowBeyondShare: z.number().min(0.5).max(0.999),
  /** Minutes before the comparison from which that threshold is taken. */
  thresholdMinutes: z.int().min(1).max(1440),
  /** Above this share of errors the canary never passes, even where the live slot is as bad. */
  highestErrorShare: share,
  /** Probability that a canary no worse than tolerated fails, or one that is worse passes, at any time. */
  alpha: z.number().gt(0).max(0.2),
});

export type JudgeRules = z.infer<typeof judgeRulesSchema>;

/** See `docs/judge.md` for how long canaries take under these rules. */
const defaultRules: JudgeRules = {
  minimumRequests: 500,
  toleratedErrors: 0.01,
  toleratedSlow: 0.05,
  slowBeyondShare: 0.95,
  thresholdMinutes: 60,
  highestErrorShare: 0.2,
  alpha: 0.01,
};

/** The default rules with some of them changed. Throws a FleetError that names every one that makes no sense. */
export function judgeRules(changes: Partial<JudgeRules> = {}): JudgeRules {
  const result = judgeRulesSchema.safeParse({ ...defaultRules, ...changes });
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'rules'}: ${message}`);
  throw new FleetError(`These rules of the judge cannot be: ${faults.join('; ')}.`, {
    advice: 'docs/judge.md lists the rules with their ranges.',
  });
}
