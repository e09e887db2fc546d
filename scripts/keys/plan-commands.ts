import type { Plan } from '../../src/keys/plan.ts';
import { planSchema } from '../../src/keys/plan-schema.ts';
import { table } from '../table.ts';
import type { Arguments, Command } from './command.ts';
import { UsageError } from './usage-error.ts';

/** What the members of a plan are called on the command line, where that differs. */
const optionOf: Record<string, string> = { sources: 'cidrs' };

function numberIn(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number)) {
    throw new UsageError(`--${option}: expected a number, not "${text}"`);
  }
  return number;
}

const listIn = (text: string) => text.split(',').map((item) => item.trim());

/** The members that were given. `none` takes a member away. */
function membersIn({
  rate,
  burst,
  quota,
  scopes,
  origins,
  cidrs,
}: Arguments['values']): Record<string, unknown> {
  const unlessNone = (text: string | undefined, read: (text: string) => unknown) =>
    text === undefined || text === 'none' ? undefined : read(text);
  return {
    ...(rate !== undefined && { rate: numberIn('rate', rate) }),
    ...(burst !== undefined && { burst: numberIn('burst', burst) }),
    ...(quota !== undefined && { quota: unlessNone(quota, (text) => numberIn('quota', text)) }),
    ...(scopes !== undefined && { scopes: unlessNone(scopes, listIn) }),
    ...(origins !== undefined && { origins: unlessNone(origins, listIn) }),
    ...(cidrs !== undefined && { sources: unlessNone(cidrs, listIn) }),
  };
}

function toPlan(members: Record<string, unknown>): Plan {
  const parsed = planSchema.safeParse(members);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path: [member = ''], message }) => {
    const name = String(member);
    return `--${optionOf[name] ?? name}: ${message}`;
  });
  throw new UsageError([...new Set(lines)].join('\n'));
}

function nameIn({ positionals, values }: Arguments): string {
  const name = values.name ?? positionals[0];
  if (!name) throw new UsageError('Say which plan: --name <name>.');
  return name;
}

const createPlan: Command = async (args, { plans }) => {
  const name = nameIn(args);
  for (const option of ['rate', 'burst']) {
    if (args.values[option] === undefined) {
      throw new UsageError(`A plan needs a rate and a burst: --${option} is missing.`);
    }
  }
  const plan = toPlan({ name, ...membersIn(args.values) });
  if (!(await plans.create(plan))) {
    throw new UsageError(`There is a plan ${name} already. Change it with "plan change".`);
  }
  return `Plan ${name}: ${described(plan)}.`;
};

const changePlan: Command = async (args, { plans }) => {
  const name = nameIn(args);
  const given = membersIn(args.values);
  if (Object.keys(given).length === 0) throw new UsageError('Say what to change, such as --quota 100000.');
  const current = await plans.get(name);
  const plan = current && toPlan({ ...current, ...given });
  if (!plan || !(await plans.replace(plan))) throw new UsageError(`There is no plan ${name}.`);
  return `Plan ${name}: ${described(plan)}. Running instances know it within 10 seconds.`;
};

const listPlans: Command = async (_args, { plans }) => {
  const rows = (await plans.list()).map(({ name, rate, burst, quota, scopes, origins, sources }) => [
    name,
    String(rate),
    String(burst),
    quota === undefined ? '-' : String(quota),
    scopes?.join(' ') ?? '-',
    origins?.join(' ') ?? '-',
    sources?.join(' ') ?? '-',
  ]);
  return table([['plan', 'rate/s', 'burst', 'quota/month', 'scopes', 'origins', 'networks'], ...rows]);
};

const deletePlan: Command = async (args, { plans }) => {
  const name = nameIn(args);
  const { deleted, usedBy } = await plans.delete(name);
  if (usedBy.length > 0) {
    const keys = usedBy.length === 1 ? `The key ${usedBy[0]} has` : `The keys ${usedBy.join(', ')} have`;
    throw new UsageError(`${keys} the plan ${name}. Move or revoke them first.`);
  }
  if (!deleted) throw new UsageError(`There is no plan ${name}.`);
  return `Plan ${name} is deleted.`;
};

function described({ rate, burst, quota, scopes, origins, sources }: Plan): string {
  return [
    `${rate} requests a second, ${burst} at once`,
    ...(quota === undefined ? [] : [`${quota} a month`]),
    ...(scopes ? [`scopes ${scopes.join(' ')}`] : []),
    ...(origins ? [`from pages of ${origins.join(' ')}`] : []),
    ...(sources ? [`from the networks ${sources.join(' ')}`] : []),
  ].join(', ');
}

export const planCommands = {
  'plan create': createPlan,
  'plan change': changePlan,
  'plan list': listPlans,
  'plan delete': deletePlan,
};
