import type { Clock } from './clock.ts';
import type { SlotSignals } from './judge/slot-signals.ts';
import type { AliasStore } from './live-alias.ts';
import type { OperationStore } from './operation.ts';
import type { Slots } from './slots.ts';
import type { Traffic } from './traffic.ts';
import type { Versions } from './versions.ts';

/** Everything that releasing a version needs. The commands see AWS only through this. */
export interface Fleet {
  name: string;
  slots: Slots;
  traffic: Traffic;
  alias: AliasStore;
  operations: OperationStore;
  versions: Versions;
  /** What visitors got from each slot, for the judge. */
  signals: SlotSignals;
  clock: Clock;
  /** Who runs the command, for the audit log: an ARN or a name. */
  by: string;
  /** Instances that the live slot never goes below. */
  leastInstances: number;
}
