import { createTurns, type Turns } from '../../turns.ts';

/** Polly's engines, the one that is used first. By price, but neural before standard: it sounds far better. */
export const pollyEngines = ['neural', 'standard', 'generative', 'long-form'] as const;
export type PollyEngine = (typeof pollyEngines)[number];

export function isPollyEngine(engine: string): engine is PollyEngine {
  return (pollyEngines as readonly string[]).includes(engine);
}

/**
 * What an account may ask of SynthesizeSpeech in one region: starts a second, and requests at once. Source: "Quotas
 * in Amazon Polly" (docs.aws.amazon.com/polly/latest/dg/limits.html), without the bursts.
 */
const quotas: Record<PollyEngine, { perSecond: number; atOnce: number }> = {
  neural: { perSecond: 8, atOnce: 18 },
  standard: { perSecond: 80, atOnce: 80 },
  generative: { perSecond: 8, atOnce: 26 },
  'long-form': { perSecond: 8, atOnce: 26 },
};

/**
 * Turns for each engine, within half of the quota: one process alone never meets it, and leaves room for others. How
 * many others there are it cannot know; what goes over the quota of the account is throttled, and tried again by the
 * SDK.
 */
export function createPollyTurns(): Record<PollyEngine, Turns> {
  const turnsOf = (engine: PollyEngine) => {
    const { perSecond, atOnce } = quotas[engine];
    return createTurns({ atOnce: atOnce / 2, apart: 1000 / (perSecond / 2) });
  };
  return {
    neural: turnsOf('neural'),
    standard: turnsOf('standard'),
    generative: turnsOf('generative'),
    'long-form': turnsOf('long-form'),
  };
}
