import { createHandlers, createRefusals } from './behaviours.ts';
import { createControl } from './control.ts';
import type { Faults } from './faults.ts';
import { createForwardHistory } from './forward-history.ts';
import { createMotoClients } from './moto-clients.ts';
import type { Site } from './proxy.ts';
import type { Recorder } from './recorder.ts';
import { createStacks } from './stack-state.ts';
import { createTraffic } from './traffic.ts';
import { watchAfter } from './watch.ts';
import { createWorld } from './world.ts';

interface SiteDeps {
  moto: string;
  region: string;
  recorder: Recorder;
  faults: Faults;
}

/** One region: its groups and stacks, how they behave, and a test's hand on them. */
export function createSite({ moto, region, recorder, faults }: SiteDeps) {
  const clients = createMotoClients(moto, region);
  const world = createWorld(clients, recorder);
  const stacks = createStacks();
  const traffic = createTraffic();
  const history = createForwardHistory(world);
  const site: Site = {
    refusals: createRefusals(world, stacks),
    handlers: createHandlers(world, stacks, traffic),
    async afterChange(call) {
      await history.add(call);
      await watchAfter(world, call);
    },
  };
  return {
    ...site,
    control: createControl({ world, stacks, traffic, faults, history }),
    clear() {
      for (const part of [world, stacks, traffic, history]) part.clear();
    },
    destroy: () => clients.destroy(),
  };
}
