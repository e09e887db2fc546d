import type { KeyRecord } from '../../src/keys/key-store.ts';
import { monthOf } from '../../src/keys/usage-meter.ts';
import { requestsIn } from '../../src/keys/usage-view.ts';
import { table } from '../table.ts';
import type { Command, CommandDeps } from './command.ts';
import { UsageError } from './usage-error.ts';

type Counted = Pick<KeyRecord, 'id'> & Partial<KeyRecord>;

async function rowsOf(keys: Counted[], { plans, meter, clock }: CommandDeps): Promise<string[][]> {
  const now = clock();
  const quotas = new Map((await plans.list()).map(({ name, quota }) => [name, quota]));
  return Promise.all(
    keys.map(async ({ id, name = '-', plan, revokedAt }) => {
      const used = requestsIn(await meter.usage(id, now), monthOf(now));
      const quota = plan === undefined ? undefined : quotas.get(plan);
      return [
        id,
        revokedAt ? `${name} (revoked)` : name,
        plan === undefined || quotas.has(plan) ? (plan ?? '-') : `${plan} (deleted)`,
        String(used),
        quota === undefined ? '-' : String(quota),
        quota === undefined ? '-' : String(Math.floor((100 * used) / quota)),
      ];
    }),
  );
}

const heads = ['key', 'name', 'plan', 'this month', 'quota', '%'];

/**
 * What all keys have used this month, or one of them month by month. The id may also be that of a client or user of
 * a token, as the log has it; nothing lists those.
 */
export const showUsage: Command = async ({ positionals: [id] }, deps) => {
  const keys = await deps.keys.list();
  if (id === undefined) return table([heads, ...(await rowsOf(keys, deps))]);
  const months = await deps.meter.usage(id, deps.clock());
  const key = keys.find((one) => one.id === id);
  if (!key && months.length === 0) throw new UsageError(`There is no key ${id}.`);
  const summary = table([heads, ...(await rowsOf([key ?? { id }], deps))]);
  const byMonth = months.map(({ month, requests }) => [month, String(requests)]);
  return byMonth.length === 0 ? summary : `${summary}\n\n${table([['month', 'requests'], ...byMonth])}`;
};
