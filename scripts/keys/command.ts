import type { KeyService } from '../../src/keys/key-service.ts';
import type { PlanService } from '../../src/keys/plan-service.ts';
import type { UsageMeter } from '../../src/keys/usage-meter.ts';

/** What was typed after the name of a command. */
export interface Arguments {
  positionals: string[];
  values: Record<string, string | undefined>;
}

export interface CommandDeps {
  keys: KeyService;
  plans: PlanService;
  meter: Pick<UsageMeter, 'usage'>;
  clock: () => Date;
}

/** Does what it is asked to, and gives back what is to be printed. Rejects with a UsageError. */
export type Command = (args: Arguments, deps: CommandDeps) => Promise<string>;
