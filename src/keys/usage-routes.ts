import type { Route } from '../http/route.ts';
import type { KeyService } from './key-service.ts';
import { keyUsageRoute } from './key-usage-route.ts';
import { ownUsageRoute } from './own-usage-route.ts';
import type { PlanStore } from './plan-store.ts';
import type { UsageMeter } from './usage-meter.ts';

export interface UsageRouteDeps {
  keys: Pick<KeyService, 'get'>;
  plans: Pick<PlanStore, 'get'>;
  meter: Pick<UsageMeter, 'usage'>;
  clock: () => Date;
}

export function usageRoutes(deps: UsageRouteDeps): Route[] {
  return [ownUsageRoute(deps), keyUsageRoute(deps)];
}
