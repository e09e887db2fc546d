import { type Scope, scopes } from '../../src/keys/key-store.ts';
import { table } from '../table.ts';
import type { Command, CommandDeps } from './command.ts';
import { UsageError } from './usage-error.ts';

function parseScopes(text: string | undefined): Scope[] {
  if (text === undefined) return [...scopes];
  const wanted = text.split(',').map((scope) => scope.trim());
  const unknown = wanted.filter((scope) => !(scopes as readonly string[]).includes(scope));
  if (unknown.length > 0) throw new UsageError(`There is no scope ${unknown.join(', ')}.`);
  return wanted as Scope[];
}

async function requirePlan(name: string, { plans }: CommandDeps): Promise<void> {
  if (await plans.get(name)) return;
  const names = (await plans.list()).map((plan) => plan.name);
  throw new UsageError(
    `There is no plan ${name}. ${names.length > 0 ? `There are: ${names.join(', ')}.` : 'Make one with "plan create".'}`,
  );
}

const createKey: Command = async ({ values: { name, scopes: granted, plan } }, deps) => {
  if (!name) throw new UsageError('Give the key a name: --name <name>.');
  const wanted = parseScopes(granted);
  if (plan !== undefined) await requirePlan(plan, deps);
  const { secret, record } = await deps.keys.create(name, wanted, plan);
  const planned = plan === undefined ? '' : `, plan ${plan}`;
  return `Key ${record.id} for "${name}" (${record.scopes.join(', ')})${planned}, shown this once:\n${secret}`;
};

const listKeys: Command = async (_args, { keys }) => {
  const rows = (await keys.list()).map(({ id, name, plan, scopes: granted, createdAt, revokedAt }) => [
    id,
    createdAt.slice(0, 10),
    revokedAt ? `revoked ${revokedAt.slice(0, 10)}` : 'good',
    name,
    plan ?? '-',
    granted.join(' '),
  ]);
  return table([['id', 'created', 'state', 'name', 'plan', 'scopes'], ...rows]);
};

const revokeKey: Command = async ({ positionals: [id] }, { keys }) => {
  if (!id) throw new UsageError('Say which key: revoke <id>.');
  if (!(await keys.revoke(id))) throw new UsageError(`There is no key ${id}.`);
  return `Key ${id} is revoked.`;
};

const moveKey: Command = async ({ positionals: [id], values: { plan } }, deps) => {
  if (!id || !plan)
    throw new UsageError('Say which key, and where to: move <id> --plan <plan>, or --plan none.');
  if (plan !== 'none') await requirePlan(plan, deps);
  if (!(await deps.keys.setPlan(id, plan === 'none' ? undefined : plan))) {
    throw new UsageError(`There is no key ${id}.`);
  }
  return plan === 'none' ? `Key ${id} has no plan now.` : `Key ${id} has the plan ${plan} now.`;
};

export const keyCommands = { create: createKey, list: listKeys, revoke: revokeKey, move: moveKey };
