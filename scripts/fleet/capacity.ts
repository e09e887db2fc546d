import type { Slot } from './slots.ts';
import type { Weights } from './traffic.ts';

/**
 * How many instances the whole traffic needs, judged by a slot that carries `weight` percent of it with
 * `desired` instances. Scaling policies keep `desired` right for what the slot gets.
 */
export function instancesForAll(desired: number, weight: number): number {
  return Math.ceil((desired * 100) / weight);
}

/**
 * How many instances a slot needs for its share. Never less than `least`, so that one instance that dies
 * leaves another in the target group.
 */
export function instancesFor(weight: number, all: number, least: number): number {
  return Math.max(least, Math.ceil((all * weight) / 100));
}

/** Instances that the whole traffic needs now. With no traffic yet, as many as a slot may not go below. */
export function measureAll(slots: Slot[], weights: Weights | undefined, least: number): number {
  const needs = slots.flatMap(({ name, desired }) => {
    const weight = weights?.[name];
    return weight ? [instancesForAll(desired, weight)] : [];
  });
  // The smallest guess: a canary with its least number of instances would make the site look larger than it is.
  return Math.max(least, needs.length > 0 ? Math.min(...needs) : 0);
}
