import { type SlotName, slotNames } from './slots.ts';

/**
 * Percent of the traffic by slot, 1 to 100, together 100. A slot that gets none is not named at all: a target
 * group with weight 0 still counts when Route 53 evaluates the health of the load balancer, so that an idle
 * slot without healthy targets would take the whole site out of DNS.
 * Source: "Target health evaluation" and "Forward actions" in the guides to Route 53 and Elastic Load Balancing.
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

export function sameWeights(one: Weights | undefined, other: Weights | undefined): boolean {
  return slotNames.every((name) => (one?.[name] ?? 0) === (other?.[name] ?? 0));
}
