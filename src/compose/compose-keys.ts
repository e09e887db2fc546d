import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { AccessDeps } from '../http/api-keys.ts';
import { createKeyService } from '../keys/key-service.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { createPlanCache } from '../keys/plan-cache.ts';
import { createPlanService } from '../keys/plan-service.ts';
import type { PlanStore } from '../keys/plan-store.ts';
import type { UsageMeter } from '../keys/usage-meter.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createBearerTokens } from '../tokens/create-bearer-tokens.ts';
import type { UnderWay } from '../under-way.ts';

/** What keys and their plans need of a platform. */
interface KeyPlatform {
  keyStore: KeyStore;
  planStore: PlanStore;
  usageMeter: UsageMeter;
}

/** The keys of a platform, for the service and for the command line. */
export function composeKeys({ keyStore }: Pick<KeyPlatform, 'keyStore'>, clock: () => Date) {
  return createKeyService({ store: keyStore, clock, randomBytes });
}

/** The plans of a platform, for the command line. */
export function composePlans({ keyStore, planStore }: Pick<KeyPlatform, 'keyStore' | 'planStore'>) {
  return createPlanService({ plans: planStore, keys: keyStore });
}

interface ComposeAccessDeps extends Pick<AccessDeps, 'keys' | 'links' | 'clock'> {
  platform: KeyPlatform;
  metrics: Pick<Metrics, 'keyRequest'>;
  requests: Pick<UnderWay, 'add'>;
  log: Logger;
}

/** Who may call what, and how often, wired by hand. Holds no rule. */
export function composeAccess(config: Config, deps: ComposeAccessDeps): AccessDeps {
  const { platform, metrics, requests, log, keys, links, clock } = deps;
  return {
    keys,
    links,
    clock,
    plan: createPlanCache({ store: platform.planStore, clock }),
    meter: platform.usageMeter,
    bearerTokens: createBearerTokens(config, { clock, fetch, log }),
    keyRequest: (key, outcome) => metrics.keyRequest(key, outcome),
    inBackground: (work) => void requests.add(work),
  };
}
