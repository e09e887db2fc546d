import { parseArgs } from 'node:util';
import { composeKeys, openPlatform } from '../src/compose.ts';
import { loadConfig } from '../src/config.ts';
import type { KeyService } from '../src/keys/key-service.ts';
import { type Scope, scopes } from '../src/keys/key-store.ts';
import { createLog } from '../src/log.ts';
import { table } from './table.ts';

const usage = `Usage: npm run keys -- create --name <name> [--scopes <scope,…>]
       npm run keys -- list
       npm run keys -- revoke <id>

Scopes: ${scopes.join(', ')} (default: all of them)`;

class UsageError extends Error {}

function parseScopes(text: string | undefined): Scope[] {
  if (text === undefined) return [...scopes];
  const wanted = text.split(',').map((scope) => scope.trim());
  const unknown = wanted.filter((scope) => !(scopes as readonly string[]).includes(scope));
  if (unknown.length > 0) throw new UsageError(`There is no scope ${unknown.join(', ')}.`);
  return wanted as Scope[];
}

async function list(keys: KeyService): Promise<void> {
  const rows = (await keys.list()).map(({ id, name, scopes: granted, createdAt, revokedAt }) => [
    id,
    createdAt.slice(0, 10),
    revokedAt ? `revoked ${revokedAt.slice(0, 10)}` : 'good',
    name,
    granted.join(' '),
  ]);
  console.log(table([['id', 'created', 'state', 'name', 'scopes'], ...rows]));
}

async function run(keys: KeyService, args: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { name: { type: 'string' }, scopes: { type: 'string' } },
  });
  const [command, id] = positionals;
  if (command === 'list') return list(keys);
  if (command === 'create' && values.name) {
    const { secret, record } = await keys.create(values.name, parseScopes(values.scopes));
    console.log(
      `Key ${record.id} for "${record.name}" (${record.scopes.join(', ')}), shown this once:\n${secret}`,
    );
    return;
  }
  if (command === 'revoke' && id) {
    if (!(await keys.revoke(id))) throw new UsageError(`There is no key ${id}.`);
    console.log(`Key ${id} is revoked.`);
    return;
  }
  throw new UsageError(usage);
}

try {
  const clock = () => new Date();
  const platform = await openPlatform(loadConfig(process.env), {
    clock,
    log: createLog({ level: 'warn', base: {} }),
    env: process.env,
  });
  try {
    await run(composeKeys(platform, clock), process.argv.slice(2));
  } finally {
    await platform.close();
  }
} catch (error) {
  const isUsage =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(
    isUsage ? `${(error as Error).message}${error instanceof UsageError ? '' : `\n\n${usage}`}` : error,
  );
  process.exitCode = 1;
}
