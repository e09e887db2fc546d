import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeReport } from './rehearse/report.ts';

// Rehearses the life of a fleet on this machine, without an account: npm run rehearse [part…]. Installs what it
// needs, as root or with sudo.

interface Part {
  tools: string[];
  tests: string[];
  /** Whether it runs the app as it is baked. */
  bundle?: boolean;
}

const parts: Record<string, Part> = {
  'control-plane': {
    tools: ['python'],
    tests: ['strict-aws', 'control-plane', 'control-plane-interrupted', 'control-plane-recovery'],
  },
  image: { tools: ['python', 'image'], tests: ['image'], bundle: true },
  'data-plane': { tools: ['network', 'prometheus'], tests: ['data-plane'], bundle: true },
};

const root = path.dirname(import.meta.dirname);
const folder = path.join(root, 'rehearsal');

async function run(program: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const child = spawn(program, args, { cwd: root, env, stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0;
}

async function rehearse(chosen: string[]): Promise<boolean> {
  const unknown = chosen.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.`);
    return false;
  }
  const names = chosen.length > 0 ? chosen : Object.keys(parts);
  const tools = [...new Set(names.flatMap((name) => parts[name]?.tools ?? []))];
  if (!(await run(path.join(root, 'scripts/install-tools'), tools))) return false;
  await mkdir(folder, { recursive: true });
  const bundle = path.join(folder, 'inlet.tar.gz');
  const env = {
    ...process.env,
    INLET_REHEARSAL_DIR: folder,
    INLET_REQUIRE_REHEARSAL: '1',
    INLET_REQUIRE_MOTO: '1',
    INLET_TEST_MOTO: path.join(root, '.venv/bin/moto_server'),
    INLET_REHEARSAL_BUNDLE: bundle,
  };
  if (names.some((name) => parts[name]?.bundle)) {
    console.log('\n==> the app as it is baked');
    if (!(await run(path.join(root, 'ami/bundle.sh'), [bundle]))) return false;
  }
  let green = true;
  for (const name of names) {
    await rm(path.join(folder, `${name}.json`), { force: true });
    const files = (parts[name]?.tests ?? []).map((test) => `test/rehearsal/${test}.test.ts`);
    const missing = files.filter((file) => !existsSync(path.join(root, file)));
    if (missing.length > 0) throw new Error(`There is no ${missing.join(', ')}.`);
    console.log(`\n==> rehearsal: ${name}`);
    // One file at a time: what they measure is measured on a machine that does nothing else.
    const options = ['--test', '--test-concurrency=1', '--test-timeout=1200000'];
    green = (await run(process.execPath, [...options, ...files], env)) && green;
  }
  const report = await writeReport(folder);
  console.log(`\n${report.text}\nWritten to ${path.relative(root, report.file)}.`);
  return green;
}

process.exitCode = (await rehearse(process.argv.slice(2))) ? 0 : 1;
