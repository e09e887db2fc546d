import { composeKeys, openPlatform } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import type { KeyService } from '../../src/keys/key-service.ts';
import type { Inlet } from './start-inlet.ts';

/** Does something with the keys of a running process, from outside of it, as `npm run keys` does. */
export async function withKeys<T>(inlet: Inlet, work: (keys: KeyService) => Promise<T>): Promise<T> {
  const clock = () => new Date();
  const log = { warn() {} } as never;
  const platform = await openPlatform(loadConfig({ INLET_DATA_DIR: inlet.dataDir }), { clock, log, env: {} });
  try {
    return await work(composeKeys(platform, clock));
  } finally {
    await platform.close();
  }
}
