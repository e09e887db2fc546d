import { createClients } from './aws/clients.ts';
import { createSsmOperations } from './aws/ssm-records.ts';
import type { Clock } from './clock.ts';
import { composeAccount, composeFleet, requireSettled, requireStack } from './compose-fleet.ts';
import { FleetError } from './fleet-error.ts';
import type { ImageBuilder } from './image-builder.ts';
import type { GlobalOptions } from './program.ts';
import type { Source } from './read-source.ts';
import type { RunContext } from './run-plan.ts';
import { isUsable } from './stack.ts';

export interface ActionDeps {
  source: () => Promise<Source>;
  builderFor: (fleet: string, region: string) => ImageBuilder;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  options: GlobalOptions;
  context: RunContext;
}

/** What the commands have in common: where the fleet is, and how to reach it. */
export function createActionContext(deps: ActionDeps) {
  const { env, clock, options, context, source: readSource, builderFor } = deps;
  const region = options.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (!region) throw new FleetError('No region is set.', { advice: 'Set AWS_REGION, or give --region.' });
  const address = {
    name: options.fleet,
    region,
    prometheus: options.prometheus ?? (env.INLET_PROMETHEUS_URL || undefined),
  };
  const clients = createClients(region, Number(env.AWS_MAX_ATTEMPTS || 6));
  const account = composeAccount(clients, address, clock);

  return {
    address,
    clients,
    account,
    clock,
    context,
    readSource,
    builder: () => builderFor(address.name, region),
    takeOver: options.takeOver,

    /** The fleet as its stack says. Throws a FleetError if there is no stack, or if it has to be settled and is not. */
    async openFleet({ settled = false } = {}) {
      const state = await requireStack(clients, account, address);
      if (settled) requireSettled(state);
      return { state, fleet: await composeFleet(clients, account, address, state) };
    },

    /** The stack, and the fleet if it can be used. */
    async findFleet() {
      const state = await account.stack.read();
      const usable = state && isUsable(state.status);
      return { state, fleet: usable ? await composeFleet(clients, account, address, state) : undefined };
    },

    /** What holds the lock for commands that work before there is a fleet. */
    async accountAsFleet() {
      return { operations: createSsmOperations(account.parameters), clock, by: await account.whoAmI() };
    },
  };
}

export type ActionContext = ReturnType<typeof createActionContext>;
