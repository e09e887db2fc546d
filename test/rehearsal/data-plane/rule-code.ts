import type { Weights } from '../../../scripts/fleet/traffic.ts';

/** What the number is taken by to get the share of slot `b` in percent. */
export const modulus = 1000;
/** From this number on nobody gets traffic. */
export const nobody = 4000;
const named = { a: 1000, b: 2000 };

/**
 * The listener rule as one number, because HAProxy replaces one entry of a map at once: the share of slot `b`,
 * and which slots the rule names.
 */
export function encodeRule(weights: Weights | undefined): number {
  if (weights === undefined) return nobody;
  const { a = 0, b = 0 } = weights;
  if (a + b !== 100 && a + b !== 0) throw new Error(`These weights cannot be: ${JSON.stringify(weights)}`);
  const names = (weights.a === undefined ? 0 : named.a) + (weights.b === undefined ? 0 : named.b);
  return names + b + (a + b === 0 ? nobody : 0);
}

/** The rule that a number stands for. Undefined if there is none. */
export function decodeRule(code: number): Weights | undefined {
  if (code === nobody) return undefined;
  const isNobody = code >= nobody;
  const names = Math.floor((code % nobody) / modulus) * modulus;
  const b = code % modulus;
  return {
    ...(names !== named.b && { a: isNobody ? 0 : 100 - b }),
    ...(names !== named.a && { b }),
  };
}
