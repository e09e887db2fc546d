import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { until } from '../../support/until.ts';
import { ports } from './host.ts';
import type { HostInfo } from './netns-slots.ts';
import type { Network } from './network.ts';

export interface Prometheus {
  url: string;
  /** Scrapes these hosts from now on. */
  watch(hosts: HostInfo[]): Promise<void>;
  stop(): Promise<void>;
}

const config = (targets: string) => `
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: inlet
    file_sd_configs: [{files: ['${targets}'], refresh_interval: 1s}]
`;

/** A Prometheus that scrapes every second and finds its targets in a file. */
export async function startPrometheus({ metrics }: Network, folder: string): Promise<Prometheus> {
  const targets = path.join(folder, 'targets.json');
  const file = path.join(folder, 'prometheus.yml');
  const listen = `${metrics.address}:9090`;
  const url = `http://${listen}`;
  await writeFile(targets, '[]');
  await writeFile(file, config(targets));
  const child = spawn(
    'ip',
    [
      ...['netns', 'exec', metrics.namespace, 'prometheus'],
      `--config.file=${file}`,
      `--storage.tsdb.path=${path.join(folder, 'prometheus')}`,
      `--web.listen-address=${listen}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = once(child, 'exit');
  const complaints = text(child.stderr);
  const gone = ended.then(async () => {
    throw new Error(`Prometheus ended: ${await complaints}`);
  });
  gone.catch(() => undefined);
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    );
  await Promise.race([gone, until(isReady)]);

  let written = Promise.resolve();
  return {
    url,
    watch(hosts) {
      const entries = hosts.map(({ host: { id, zone, address }, slot, version }) => ({
        targets: [`${address}:${ports.metrics}`],
        labels: { instance: id, zone, slot, release: `v${version}` },
      }));
      written = written.then(async () => {
        // Replaced in one go: Prometheus may read it at any moment.
        await writeFile(`${targets}.new`, JSON.stringify(entries));
        await rename(`${targets}.new`, targets);
      });
      return written;
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
