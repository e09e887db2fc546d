import type { Slot } from './slots.ts';

/**
 * How many instances a slot needs for its share in percent, if `all` carry everything. Never less than `least`,
 * so that one instance that dies leaves another in the target group.
 */
export function instancesFor(weight: number, all: number, least: number): number {
  return Math.max(least, Math.ceil((all * weight) / 100));
}

/**
 * How many instances the whole traffic needs, a fraction maybe, judged by the live slot and its share in percent.
 * While a canary runs, the live slot is held at the size that it had for everything; only if it has grown since
 * does its share say how much everything is.
 */
export function measureAll(live: Slot, weight: number, least: number): number {
  const isHeld = weight < 100 && live.desired <= live.min;
  return Math.max(least, isHeld ? live.desired : (live.desired * 100) / weight);
}
