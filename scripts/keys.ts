import { composeKeys, composePlans } from '../src/compose/compose-keys.ts';
import { openPlatform } from '../src/compose.ts';
import { loadConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';
import { runCommand } from './keys/run-command.ts';
import { UsageError } from './keys/usage-error.ts';

try {
  const clock = () => new Date();
  const platform = await openPlatform(loadConfig(process.env), {
    clock,
    log: createLog({ level: 'warn', base: {} }),
    env: process.env,
  });
  try {
    const deps = {
      keys: composeKeys(platform, clock),
      plans: composePlans(platform),
      meter: platform.usageMeter,
      clock,
    };
    console.log(await runCommand(deps, process.argv.slice(2)));
  } finally {
    await platform.close();
  }
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
