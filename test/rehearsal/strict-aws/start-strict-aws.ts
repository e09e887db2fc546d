import { randomUUID } from 'node:crypto';
import { createApiModels } from './api-model.ts';
import { createSite } from './create-site.ts';
import { createFaults } from './faults.ts';
import { startProxy } from './proxy.ts';
import { createRecorder } from './recorder.ts';
import { startMotoServer } from './start-moto-server.ts';

const home = 'eu-central-1';

/** The stand-in, seen from one of its regions. */
export type StrictAws = Omit<Awaited<ReturnType<typeof startStrictAws>>, 'seenFrom'>;

/**
 * Starts moto, and the strict stand-in for AWS before it, in its home region and in others that are named. It is
 * one account: what is not regional, such as roles, is the same in all of them. README.md says what is whose.
 */
export async function startStrictAws({ otherRegions = [] as string[] } = {}) {
  const moto = await startMotoServer();
  const recorder = createRecorder();
  const faults = createFaults();
  const siteAt = (region: string) => createSite({ moto: moto.endpoint, region, recorder, faults });
  const homeSite = siteAt(home);
  const sites = new Map([
    [home, homeSite],
    ...otherRegions.map((region) => [region, siteAt(region)] as const),
  ]);
  const proxy = await startProxy({
    moto: moto.endpoint,
    siteOf: (region) => sites.get(region),
    models: createApiModels(moto.program),
    recorder,
    faults,
  });
  const credentials = { AWS_ACCESS_KEY_ID: 'rehearsal', AWS_SECRET_ACCESS_KEY: randomUUID() };
  const envOf = (region: string) => ({
    AWS_ENDPOINT_URL: proxy.endpoint,
    AWS_REGION: region,
    ...credentials,
  });
  const standIn = {
    endpoint: proxy.endpoint,
    /** For the SDK's clients, as variables of the environment. */
    env: envOf(home),
    control: homeSite.control,
    /** As after the start, settings included. */
    async reset() {
      await moto.reset();
      for (const part of [recorder, faults, ...sites.values()]) part.clear();
    },
    async stop() {
      await proxy.stop();
      for (const site of sites.values()) site.destroy();
      await moto.stop();
    },
  };
  return {
    ...standIn,
    /** The same stand-in, seen from another of its regions. Calls and violations are those of all regions. */
    seenFrom(region: string): typeof standIn {
      const site = sites.get(region);
      if (!site) throw new Error(`The stand-in was not started with the region ${region}`);
      return { ...standIn, env: envOf(region), control: site.control };
    },
  };
}
