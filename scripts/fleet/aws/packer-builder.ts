import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { FleetError } from '../fleet-error.ts';
import type { ImageBuilder } from '../image-builder.ts';

interface PackerBuilderDeps {
  /** The project's folder. */
  root: string;
  /** The program, such as `packer`. */
  packer: string;
  fleet: string;
  region: string;
  env: NodeJS.ProcessEnv;
}

/** Builds with the template in `ami/`. An interrupt reaches Packer, which then removes what it has started. */
export function createPackerBuilder({ root, packer, fleet, region, env }: PackerBuilderDeps): ImageBuilder {
  async function run(
    command: string,
    args: string[],
    { signal, onLine }: { signal: AbortSignal; onLine(line: string): void },
  ): Promise<void> {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const interrupt = () => child.kill('SIGINT');
    signal.addEventListener('abort', interrupt);
    const last: string[] = [];
    const keep = (line: string) => {
      onLine(line);
      last.push(line);
      if (last.length > 20) last.shift();
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', keep);
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      signal.throwIfAborted();
      if (code !== 0) throw new FleetError(`${command} failed:\n${last.join('\n')}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new FleetError(`There is no program \`${command}\` on this machine.`, {
        advice: 'ami/README.md says how to install Packer; INLET_PACKER names another one.',
        cause: error,
      });
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }

  return {
    async build({ commit, build, architecture, signal, onLine }) {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'inlet-bake-'));
      try {
        const bundle = path.join(folder, 'inlet.tar.gz');
        const manifest = path.join(folder, 'packer-manifest.json');
        await run('ami/bundle.sh', [bundle], { signal, onLine });
        await run(packer, ['init', 'ami'], { signal, onLine });
        const variables = { fleet, region, commit, version: build, arch: architecture, bundle, manifest };
        const args = Object.entries(variables).flatMap(([name, value]) => ['-var', `${name}=${value}`]);
        await run(packer, ['build', '-color=false', '-timestamp-ui', ...args, 'ami'], { signal, onLine });
        // The manifest of the image itself, which the template fetches out of it.
        const contents = await readFile(path.join(folder, 'manifest.json'));
        const checksum = createHash('sha256').update(contents).digest('hex');
        return { id: await readImageId(manifest, region), tags: { 'inlet:manifest-sha256': checksum } };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Packer writes `<region>:<image>` for each region that it copied to, separated by commas. */
async function readImageId(manifest: string, region: string): Promise<string> {
  const { builds = [] } = JSON.parse(await readFile(manifest, 'utf8')) as {
    builds?: { artifact_id: string }[];
  };
  const images = (builds.at(-1)?.artifact_id ?? '').split(',').map((pair) => pair.split(':'));
  const id = images.find(([where]) => where === region)?.[1];
  if (id === undefined) throw new FleetError(`Packer has not said which image it made in ${region}.`);
  return id;
}
