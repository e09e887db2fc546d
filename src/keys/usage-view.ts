import { z } from 'zod';
import { scopes } from './key-store.ts';
import type { Plan } from './plan.ts';
import { type MonthlyUsage, monthOf, type UsageMeter } from './usage-meter.ts';

const month = z.string().meta({ description: 'UTC.', examples: ['2026-11'] });
const requests = z.int().meta({ description: 'Requests that were let through.' });

export const usageSchema = z
  .object({
    key: z.string().meta({ description: 'The id of the key, or the client or user that a token names.' }),
    name: z.string().optional(),
    plan: z
      .object({
        name: z.string(),
        rate: z.number().meta({ description: 'Requests a second in the long run.' }),
        burst: z.int().meta({ description: 'Requests at once after a pause.' }),
        quota: z.int().optional().meta({ description: 'Requests a month.' }),
        scopes: z.array(z.enum(scopes)).optional(),
        origins: z.array(z.string()).optional(),
        sources: z.array(z.string()).optional().meta({ description: 'Networks in CIDR notation.' }),
      })
      .optional()
      .meta({ description: 'Absent if nothing limits the key.' }),
    month,
    requests,
    quotaLeft: z.int().optional().meta({ description: 'Absent if the plan has no quota.' }),
    earlier: z
      .array(z.object({ month, requests }))
      .meta({ description: 'The months before with requests, newest first, a year back.' }),
  })
  .meta({ id: 'Usage' });

interface Usage {
  key: string;
  name?: string | undefined;
  plan?: Plan | undefined;
}

/** What a key has used, and what it has left. */
export async function usageView(
  { key, name, plan }: Usage,
  { meter, now }: { meter: Pick<UsageMeter, 'usage'>; now: Date },
): Promise<z.output<typeof usageSchema>> {
  const months = await meter.usage(key, now);
  const current = monthOf(now);
  const requests = requestsIn(months, current);
  return {
    key,
    name,
    plan,
    month: current,
    requests,
    quotaLeft: plan?.quota === undefined ? undefined : Math.max(0, plan.quota - requests),
    earlier: months.filter(({ month }) => month !== current),
  };
}

/** The requests of one month; none if it is not among them. */
export function requestsIn(months: MonthlyUsage[], wanted: string): number {
  return months.find(({ month }) => month === wanted)?.requests ?? 0;
}
