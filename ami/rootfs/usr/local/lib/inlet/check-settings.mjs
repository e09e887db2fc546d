// ExecStartPre and ExecReload of inlet.service: says what is wrong with the settings, once and in full, before PM2
// would start and restart every worker to find out. Ends with 78 (EX_CONFIG, sysexits.h) if something is.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const { ConfigError, loadConfig } = await import(pathToFileURL(path.resolve('dist/config.js')).href);

try {
  loadConfig(process.env);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(78);
}
