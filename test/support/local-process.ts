import { once } from 'node:events';
import { loadConfig } from '../../src/config.ts';
import { openLocalPlatform } from '../../src/platform/local/open-local-platform.ts';

// Says that it runs, waits for a line, then opens the local platform in INLET_DATA_DIR, counts five requests
// and says what it saw. So a test can make several processes open the same folder at the same moment.
process.stdout.write('running\n');
await once(process.stdin, 'data');
process.stdin.pause();

const config = loadConfig(process.env);
if (config.INLET_PLATFORM !== 'local') throw new Error('this helper opens the local platform only');
const platform = await openLocalPlatform(config, {
  clock: () => new Date(),
  log: {
    warn(_obj, msg) {
      throw new Error(msg);
    },
  },
});
const limiter = platform.rateLimiter({ name: 'shared', points: 12, seconds: 600 });
let allowed = 0;
for (let i = 0; i < 5; i++) if ((await limiter.consume('192.0.2.1')).allowed) allowed++;
await platform.feedbackStore.check();
await platform.close();
process.stdout.write(JSON.stringify({ secrets: platform.secrets, allowed }));
