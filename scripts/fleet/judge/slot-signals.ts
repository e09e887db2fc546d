import type { SlotName } from '../slots.ts';

/** A stretch of time: after `from`, up to and including `to`. */
export interface Window {
  from: Date;
  to: Date;
}

/** What visitors got from one slot in a window. Whole numbers; health checks are never among them. */
export interface SlotCounts {
  requests: number;
  /** Requests that the slot itself failed. Which those are is a matter of the source. */
  errors: number;
  /** Requests that took longer than the threshold that was asked for; 0 if there was none. */
  slow: number;
}

/**
 * Where the judge learns what visitors got. An adapter throws a FleetError when the source cannot be asked or
 * answers only in part: figures with holes must never look like a quiet slot.
 */
export interface SlotSignals {
  /** The source in a word or two, for messages. */
  readonly name: string;
  /**
   * Seconds within which at least `share` (0 to 1) of the slot's requests were answered, in a resolution in
   * which `counts` can then tell faster from slower. Undefined if the slot had no requests, or so slow ones
   * that the source cannot say.
   */
  latencyThreshold(slot: SlotName, window: Window, share: number): Promise<number | undefined>;
  counts(slot: SlotName, window: Window, slowerThanSeconds: number | undefined): Promise<SlotCounts>;
}
