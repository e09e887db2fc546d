import { parseArgs } from 'node:util';
import { scopes } from '../../src/keys/key-store.ts';
import type { Command, CommandDeps } from './command.ts';
import { keyCommands } from './key-commands.ts';
import { planCommands } from './plan-commands.ts';
import { showUsage } from './usage-command.ts';
import { UsageError } from './usage-error.ts';

const usage = `Usage: npm run keys -- create --name <name> [--scopes <scope,…>] [--plan <plan>]
       npm run keys -- list
       npm run keys -- usage [<id>]
       npm run keys -- move <id> --plan <plan>|none
       npm run keys -- revoke <id>

       npm run keys -- plan create --name <plan> --rate <requests a second> --burst <requests>
                       [--quota <requests a month>] [--scopes <scope,…>]
                       [--origins <origin,…>] [--cidrs <network,…>]
       npm run keys -- plan change <plan> [the options of "plan create"; "none" takes a limit away]
       npm run keys -- plan list
       npm run keys -- plan delete <plan>

Scopes: ${scopes.join(', ')} (default: all of them)`;

const text = { type: 'string' } as const;
const options = {
  ...{ name: text, scopes: text, plan: text },
  ...{ rate: text, burst: text, quota: text, origins: text, cidrs: text },
};
const commands = new Map<string, Command>(
  Object.entries({ ...keyCommands, ...planCommands, usage: showUsage }),
);

/** Does what the arguments say, and gives back what is to be printed. Rejects with a UsageError. */
export async function runCommand(deps: CommandDeps, args: string[]): Promise<string> {
  if (args.some((arg) => arg === '--help' || arg === '-h')) return usage;
  const { positionals, values } = parse(args);
  const words = positionals[0] === 'plan' ? 2 : 1;
  const command = commands.get(positionals.slice(0, words).join(' '));
  if (!command) throw new UsageError(usage);
  return command({ positionals: positionals.slice(words), values }, deps);
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}
