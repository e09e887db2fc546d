import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../../../support/free-port.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { until } from '../../../support/until.ts';

const program = process.env.INLET_TEST_PROMETHEUS ?? '/usr/bin/prometheus';

/** Why there can be no Prometheus here, or false. */
export const noPrometheus: string | false = existsSync(program)
  ? false
  : `there is no ${program}; install Debian's prometheus, or set INLET_TEST_PROMETHEUS`;

export interface ScrapedTarget {
  target: string;
  labels: Record<string, string>;
}

/** A real Prometheus that scrapes the targets every second. Stopped and swept away when disposed of. */
export async function runPrometheus(targets: ScrapedTarget[]): Promise<AsyncDisposable & { url: string }> {
  const { folder, remove } = await tempFolder();
  const port = await freePort();
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      {
        job_name: 'inlet',
        static_configs: targets.map(({ target, labels }) => ({ targets: [target], labels })),
      },
    ],
  };
  // JSON is YAML.
  await writeFile(path.join(folder, 'prometheus.yml'), JSON.stringify(config));
  const prometheus = spawn(
    program,
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(prometheus, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    prometheus.kill('SIGKILL');
    await ended;
    await remove();
  };
  try {
    await until(async () => {
      if (prometheus.exitCode !== null) throw new Error(`Prometheus ended with ${prometheus.exitCode}.`);
      const ready = await fetch(`${url}/-/ready`).catch(() => undefined);
      return ready?.ok ? true : undefined;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, [Symbol.asyncDispose]: stop };
}
