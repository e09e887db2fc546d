import { randomUUID } from 'node:crypto';
import { createApiModels } from './api-model.ts';
import { createHandlers, createRefusals } from './behaviours.ts';
import { createControl } from './control.ts';
import { createFaults } from './faults.ts';
import { createForwardHistory } from './forward-history.ts';
import { createMotoClients } from './moto-clients.ts';
import { startProxy } from './proxy.ts';
import { createRecorder } from './recorder.ts';
import { createStacks } from './stack-state.ts';
import { startMotoServer } from './start-moto-server.ts';
import { createTraffic } from './traffic.ts';
import { watchAfter } from './watch.ts';
import { createWorld } from './world.ts';

const region = 'eu-central-1';

export type StrictAws = Awaited<ReturnType<typeof startStrictAws>>;

/** Starts moto, and the strict stand-in for AWS before it. README.md says what is whose. */
export async function startStrictAws() {
  const moto = await startMotoServer();
  const clients = createMotoClients(moto.endpoint, region);
  const recorder = createRecorder();
  const faults = createFaults();
  const world = createWorld(clients, recorder);
  const stacks = createStacks();
  const traffic = createTraffic();
  const history = createForwardHistory(world);
  const proxy = await startProxy({
    moto: moto.endpoint,
    region,
    models: createApiModels(moto.program),
    recorder,
    faults,
    refusals: createRefusals(world, stacks),
    handlers: createHandlers(world, stacks, traffic),
    async afterChange(call) {
      await history.add(call);
      await watchAfter(world, call);
    },
  });
  return {
    endpoint: proxy.endpoint,
    /** For the SDK's clients, as variables of the environment. */
    env: {
      AWS_ENDPOINT_URL: proxy.endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'rehearsal',
      AWS_SECRET_ACCESS_KEY: randomUUID(),
    },
    control: createControl({ world, stacks, traffic, faults, history }),
    /** As after the start, settings included. */
    async reset() {
      await moto.reset();
      for (const part of [recorder, faults, world, stacks, traffic, history]) part.clear();
    },
    async stop() {
      await proxy.stop();
      clients.destroy();
      await moto.stop();
    },
  };
}
