import { randomUUID } from 'node:crypto';
import { composeKeys, composePlans } from '../../src/compose/compose-keys.ts';
import { openPlatform } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import type { KeyService } from '../../src/keys/key-service.ts';
import { scopes as allScopes, type Scope } from '../../src/keys/key-store.ts';
import type { Plan } from '../../src/keys/plan.ts';
import type { PlanService } from '../../src/keys/plan-service.ts';
import { aPlan } from './records.ts';
import type { Inlet } from './start-inlet.ts';

/** Does something with the keys and plans of a running process, from outside of it, as `npm run keys` does. */
export async function withKeys<T>(
  inlet: Pick<Inlet, 'dataDir'>,
  work: (keys: KeyService, plans: PlanService) => Promise<T>,
): Promise<T> {
  const clock = () => new Date();
  const log = { warn() {} } as never;
  const platform = await openPlatform(loadConfig({ INLET_DATA_DIR: inlet.dataDir }), { clock, log, env: {} });
  try {
    return await work(composeKeys(platform, clock), composePlans(platform));
  } finally {
    await platform.close();
  }
}

/** A key with a plan of its own, which has a bucket that no test empties by chance. */
export async function plannedKey(
  inlet: Pick<Inlet, 'dataDir'>,
  limits: Partial<Plan> = {},
  scopes: Scope[] = [...allScopes],
) {
  const plan = aPlan({ name: `plan-${randomUUID()}`, rate: 100, burst: 1000, ...limits });
  return withKeys(inlet, async (keys, plans) => {
    await plans.create(plan);
    const { secret, record } = await keys.create('planned', scopes, plan.name);
    return { secret, id: record.id, plan };
  });
}
