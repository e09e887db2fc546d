import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { composeKeys } from '../../../src/compose/compose-keys.ts';
import { openPlatform } from '../../../src/compose.ts';
import { scopes } from '../../../src/keys/key-store.ts';
import type { AwsStandIn } from '../../support/aws-stand-in.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';
import { breakBundle, unpackBundle } from './bundle.ts';
import { composeFleet, type RehearsedFleet } from './fleet.ts';
import { origin } from './load-acts.ts';
import { type LoadBalancer, startLoadBalancer } from './load-balancer.ts';
import { createNetnsSlots, type Launch, possibleTargets } from './netns-slots.ts';
import { createNetwork, type Network } from './network.ts';
import { startPrometheus } from './prometheus.ts';
import { startSharedStandIn } from './stand-in.ts';

/** Everything that the story is played on. */
export interface Stage {
  network: Network;
  balancer: LoadBalancer;
  fleet: RehearsedFleet;
  standIn: AwsStandIn;
  /** An administrator's key with every scope. */
  key: string;
  strike(): Promise<void>;
}

export const versions = new Map([
  [1, 'the first release'],
  [2, 'the next release'],
  [3, 'a release with a defect'],
  [4, 'a release that closes kept connections before the load balancer does'],
]);

/**
 * As in production, but:
 * - The idle timeout of the load balancer is 20 s instead of 60, and what follows from it is shorter by as much:
 *   a visitor whose request is lost in a zone that is cut off waits for so long.
 * - The drain delay is 3 s instead of 10. That leaves less time to notice, so it is the harder case.
 * - No rate limits: all visitors have one address. (The ALB's slow start is left out too.)
 */
function settings(idleSeconds: number): Record<string, string> {
  return {
    INLET_LB_IDLE_SECONDS: String(idleSeconds),
    INLET_KEEP_ALIVE_SECONDS: String(idleSeconds + 5),
    INLET_HEADERS_SECONDS: String(idleSeconds + 10),
    INLET_DRAIN_DELAY_SECONDS: '3',
    INLET_ALLOWED_ORIGINS: origin,
    INLET_UPLOADS_PER_MINUTE: '0',
    INLET_FEEDBACK_PER_MINUTE: '0',
    // The load posts feedback without opening the form.
    INLET_SPAM_CHECKS: 'off',
  };
}

/** Told a lie about the load balancer, because the service refuses to start with a broken chain of timeouts. */
const tooShort = { INLET_LB_IDLE_SECONDS: '4', INLET_KEEP_ALIVE_SECONDS: '5', INLET_HEADERS_SECONDS: '10' };

async function createKey({ config, env }: AwsStandIn): Promise<string> {
  const clock = () => new Date();
  const platform = await openPlatform(config, { clock, log: { warn() {} } as never, env });
  try {
    return (await composeKeys(platform, clock).create('rehearsal', [...scopes])).secret;
  } finally {
    await platform.close();
  }
}

/** Sets everything up; what was set up before a failure is taken down again. */
export async function setStage({ leastInstances }: { leastInstances: number }): Promise<Stage> {
  const undo: (() => Promise<void>)[] = [];
  const strike = async () => {
    const errors: unknown[] = [];
    for (const step of undo.toReversed()) await step().catch((error) => errors.push(error));
    if (errors.length > 0) throw new AggregateError(errors, String(errors[0]));
  };
  try {
    const temporary: TempFolder = await tempFolder();
    undo.push(temporary.remove);
    const { folder } = temporary;
    const bundle = await unpackBundle(folder);
    const broken = await breakBundle(bundle, folder);

    const network = await createNetwork();
    undo.push(network.remove);
    const standIn = await startSharedStandIn(network.outside);
    undo.push(standIn.stop);
    const balancer = await startLoadBalancer(network, { folder, targets: [...possibleTargets] });
    undo.push(balancer.stop);
    const prometheus = await startPrometheus(network, folder);
    undo.push(prometheus.stop);

    const launch = (version: number): Launch => ({
      bundle: version === 3 ? broken : bundle,
      env: {
        ...definedOnly(standIn.env),
        ...settings(balancer.idleSeconds),
        ...(version === 4 ? tooShort : {}),
        INLET_RELEASE: `v${version}`,
      },
    });
    const hosts = path.join(folder, 'h');
    await mkdir(hosts);
    const slots = createNetnsSlots({ network, balancer, launch, changed: prometheus.watch, folder: hosts });
    undo.push(async () => void (await slots.settled().catch(() => undefined)));
    const fleet = composeFleet({
      slots,
      balancer,
      prometheusUrl: prometheus.url,
      versions,
      leastInstances,
    });
    return { network, balancer, fleet, standIn, key: await createKey(standIn), strike };
  } catch (error) {
    await strike();
    throw error;
  }
}

const definedOnly = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
