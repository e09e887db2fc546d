import { type SlotName, slotNames } from './slots.ts';

/**
 * Percent of the traffic by slot, together 100. A slot with 0 gets none, but the load balancer checks its
 * instances: it checks only target groups that a rule names, so this is how a slot is made ready, and kept ready
 * for a rollback. A slot whose instances may die is not named at all: one target group without healthy targets
 * makes Route 53 find the whole load balancer unhealthy.
 * Sources: "Target health status" (`unused`) in the guide to Application Load Balancers; EvaluateTargetHealth of
 * AliasTarget in Route 53's API reference.
 */
export type Weights = Partial<Record<SlotName, number>>;

/** The one listener rule that the controller owns. */
export interface Traffic {
  /** Undefined as long as nothing was ever released. */
  read(): Promise<Weights | undefined>;
  /** One call: all of it takes effect or nothing. */
  write(weights: Weights): Promise<void>;
  /** Takes the rule away; visitors then get the listener's default answer, 503. */
  remove(): Promise<void>;
}

/** Whether the rule is the same, down to which slots it names. */
export function sameWeights(one: Weights | undefined, other: Weights | undefined): boolean {
  return slotNames.every((name) => one?.[name] === other?.[name]);
}

/** Whether visitors get the same, however ready a slot without traffic is. */
export function sameShares(one: Weights | undefined, other: Weights | undefined): boolean {
  return slotNames.every((name) => (one?.[name] ?? 0) === (other?.[name] ?? 0));
}
