import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { composeService, openPlatform } from '../src/compose.ts';
import { loadConfig } from '../src/config.ts';
import { createOpenApi } from '../src/http/openapi.ts';
import { createLog } from '../src/log.ts';
import { createMetrics } from '../src/metrics/metrics.ts';

/** The OpenAPI document of the API as it is by default: the service is put together once for it. */
export async function openApiDocument() {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'inlet-openapi-'));
  const config = loadConfig({ INLET_DATA_DIR: folder });
  const log = createLog({ level: 'silent', base: {} });
  const clock = () => new Date();
  const platform = await openPlatform(config, { clock, log, env: {} });
  try {
    const metrics = createMetrics(() => {});
    const lifecycle = { draining: false };
    const { routes } = composeService(config, { platform, metrics, lifecycle, log, clock, version });
    return createOpenApi(routes, version);
  } finally {
    await platform.close();
    rmSync(folder, { recursive: true });
  }
}
