import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from './command.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/**
 * The service as an image has it, unpacked into `folder`. INLET_REHEARSAL_BUNDLE may name a bundle that was made
 * before, as a file or as the folder that it was unpacked into; otherwise `ami/bundle.sh` makes one.
 */
export async function unpackBundle(folder: string): Promise<string> {
  let bundle = process.env.INLET_REHEARSAL_BUNDLE;
  if (bundle && !bundle.endsWith('.tar.gz')) return path.resolve(bundle);
  if (!bundle) {
    bundle = path.join(folder, 'bundle.tar.gz');
    await command(path.join(root, 'ami/bundle.sh'), bundle);
  }
  const unpacked = path.join(folder, 'bundle');
  await mkdir(unpacked);
  await command('tar', '--extract', '--no-same-owner', '--file', bundle, '--directory', unpacked);
  return unpacked;
}

/**
 * A version with a defect, as it gets past tests: the bundle with one file changed, so that feedback with five
 * stars fails with 500 before anything is kept.
 */
export async function breakBundle(bundle: string, folder: string): Promise<string> {
  const broken = path.join(folder, 'broken-bundle');
  const libraries = path.join(bundle, 'node_modules');
  await cp(bundle, broken, { recursive: true, filter: (source) => source !== libraries });
  await symlink(libraries, path.join(broken, 'node_modules'));
  const file = path.join(broken, 'dist/feedback/intake.js');
  const code = await readFile(file, 'utf8');
  const changed = code.replace(
    /function toRecord\((\w+), [^)]*\) \{\n/,
    "$&if ($1.rating === 5) throw new TypeError('Assignment to constant variable.');\n",
  );
  if (changed === code) throw new Error('The place for the defect is not there any more.');
  await writeFile(file, changed);
  return broken;
}
