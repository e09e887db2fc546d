import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildStandIn } from './build-stand-in.ts';
import { debianBase } from './debian-base.ts';
import { enterRoot } from './enter-root.ts';
import { must, run } from './run-command.ts';
import { validation } from './try-root.ts';

// Bakes the image into a folder instead of onto an instance: a Debian root made by mmdebstrap, in which the very
// scripts run that Packer runs on EC2. Needs root, mmdebstrap, and a Debian mirror; nothing from AWS.

const repository = path.resolve(import.meta.dirname, '..', '..');

export interface Manifest {
  commit: string;
  version: string;
  builtAt: string;
  architecture: string;
  node: string;
  debian: string;
  packages: { name: string; version: string }[];
  checksums: Record<string, string>;
  standIns: string[];
}

export interface BakedRoot {
  /** The folder of the root file system, with its kernel and initrd in `boot/`. */
  root: string;
  manifest: Manifest;
  /** How long it took, without the bundle. */
  seconds: number;
  /** The packages that stand in for those of AWS, which come from where a rehearsal does not reach. */
  standIns: string[];
}

/** The pins of ami/versions.sh for this architecture. */
async function pins(architecture: string): Promise<Record<string, string>> {
  const script = `arch=$1; source ami/versions.sh; declare -p | sed -n 's/^declare -- \\([a-z_0-9]*\\)="\\(.*\\)"$/\\1=\\2/p'`;
  const printed = await must(
    'ami/versions.sh',
    run('bash', ['-euc', `cd "$2"; ${script}`, 'pins', architecture, repository]),
  );
  return Object.fromEntries(
    printed.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
  );
}

async function sha256(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** Lays out what Packer uploads, and makes the downloads that stand in the network's place. */
async function prepare(folder: string, bundle: string, architecture: string) {
  const bake = path.join(folder, 'bake');
  await rm(bake, { recursive: true, force: true });
  const downloads = path.join(bake, 'downloads');
  await mkdir(downloads, { recursive: true });
  for (const name of ['provision.sh', 'versions.sh', 'validate.sh', 'provision', 'rootfs']) {
    await cp(path.join(repository, 'ami', name), path.join(bake, name), { recursive: true });
  }
  await copyFile(bundle, path.join(bake, 'bundle.tar.gz'));

  const pinned = await pins(architecture);
  const nodeFolder = `node-v${pinned.node_version}-linux-${pinned.node_arch}`;
  const nodeArchive = path.join(downloads, `${nodeFolder}.tar.gz`);
  const program = path.join(repository, 'node_modules', 'node', 'bin', 'node');
  const transform = `--transform=s,^node$,${nodeFolder}/bin/node,`;
  await must(
    'packing Node',
    run('tar', ['-cf', nodeArchive, '-I', 'gzip -1', '-C', path.dirname(program), transform, 'node']),
  );

  const cloudwatch = await buildStandIn(
    downloads,
    {
      name: 'amazon-cloudwatch-agent',
      version: pinned.cloudwatch_agent_version ?? '',
      program: 'opt/aws/amazon-cloudwatch-agent/bin/start-amazon-cloudwatch-agent',
      unit: 'etc/systemd/system/amazon-cloudwatch-agent.service',
    },
    architecture,
  );
  const ssm = await buildStandIn(
    downloads,
    {
      name: 'amazon-ssm-agent',
      version: pinned.ssm_agent_version ?? '',
      program: 'usr/bin/amazon-ssm-agent',
      unit: 'usr/lib/systemd/system/amazon-ssm-agent.service',
    },
    architecture,
  );

  const inside = (file: string) => `/run/inlet-bake/downloads/${path.basename(file)}`;
  const env = {
    INLET_NODE_URL: inside(nodeArchive),
    INLET_NODE_SHA256: await sha256(nodeArchive),
    INLET_CLOUDWATCH_AGENT_URL: inside(cloudwatch),
    INLET_CLOUDWATCH_AGENT_SHA256: await sha256(cloudwatch),
    INLET_SSM_AGENT_URL: inside(ssm),
    INLET_SSM_AGENT_SHA256: await sha256(ssm),
  };
  await writeFile(path.join(bake, 'replacements.json'), JSON.stringify(env));
  return { bake, env, release: pinned.debian_release ?? '' };
}

/**
 * Bakes the image into `folder`/root. The bundle is made if none is given. What can be used again (the Debian
 * system) is kept in the folder; an earlier root in it is removed.
 */
export async function bakeRoot({
  folder,
  bundle,
  log = () => {},
}: {
  folder: string;
  bundle?: string;
  log?: (line: string) => void;
}): Promise<BakedRoot> {
  if (process.getuid?.() !== 0)
    throw new Error('Baking a root needs the rights of root: chroot(2), mount(2).');
  await mkdir(folder, { recursive: true });
  const root = path.resolve(folder, 'root');
  let packed = bundle;
  if (packed === undefined) {
    packed = path.resolve(folder, 'bundle.tar.gz');
    log('ami/bundle.sh packs the app');
    const made = path.join(repository, 'ami', 'bundle.sh');
    await must('ami/bundle.sh', run(made, [packed], { log }));
  }

  const started = performance.now();
  const architecture = (await must('dpkg', run('dpkg', ['--print-architecture']))).trim();
  const { bake, env, release } = await prepare(path.resolve(folder), packed, architecture);
  const archive = await debianBase(folder, release, log);
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  await must('unpacking Debian', run('tar', ['-xf', archive, '-C', root, '--numeric-owner', '--xattrs']));

  await must('provision.sh', enterRoot({ root, bake }, 'bash /run/inlet-bake/provision.sh', { env, log }));
  await must(
    'provision.sh seal',
    enterRoot({ root, bake }, 'bash /run/inlet-bake/provision.sh seal', { env, log }),
  );
  await must('validate.sh', enterRoot({ root, bake }, validation, { log }));

  const manifest = JSON.parse(await readFile(path.join(root, 'etc/inlet/manifest.json'), 'utf8')) as Manifest;
  const seconds = (performance.now() - started) / 1000;
  return { root, manifest, seconds, standIns: manifest.standIns };
}

if (process.argv[1] === import.meta.filename) {
  const [folder, bundle] = process.argv.slice(2);
  if (folder === undefined) {
    console.error('Usage: node scripts/rehearse/bake-root.ts <folder> [bundle.tar.gz]');
    process.exit(2);
  }
  const baked = await bakeRoot({ folder, ...(bundle && { bundle }), log: (line) => console.log(line) });
  console.log(`${baked.root}: commit ${baked.manifest.commit}, ${baked.seconds.toFixed(0)} s`);
  if (baked.standIns.length > 0)
    console.log(`Stand-ins, not the packages of AWS: ${baked.standIns.join(', ')}`);
}
