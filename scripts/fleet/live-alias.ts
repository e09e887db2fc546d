import type { SlotName } from './slots.ts';
import type { Weights } from './traffic.ts';

/**
 * The alias `live`: which version, or which two, answer visitors. A record of what the listener rule was set
 * to, by whom, and why. Its history is the audit log.
 */
export interface LiveAlias {
  /** The version that everything is measured by and rolled back to. */
  version: number;
  slot: SlotName;
  /** The version that is being tried, if any. */
  canary?: { version: number; slot: SlotName } | undefined;
  /** The version that was live before, as long as its slot has not been given to another. */
  previous?: { version: number; slot: SlotName } | undefined;
  weights: Weights;
  /** When the weights were set. */
  at: string;
  by: string;
  why: string;
}

export interface AliasStore {
  /** Undefined as long as nothing was ever released. */
  read(): Promise<LiveAlias | undefined>;
  write(alias: LiveAlias): Promise<void>;
  /** The newest first. */
  history(limit: number): Promise<LiveAlias[]>;
}
