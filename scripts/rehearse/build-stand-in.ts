import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { must, run } from './run-command.ts';

export interface Agent {
  name: string;
  version: string;
  /** The program that the unit starts. */
  program: string;
  unit: string;
}

/** A package with the name, paths and unit of AWS's, whose program does nothing but stay. */
export async function buildStandIn(
  folder: string,
  { name, version, program, unit }: Agent,
  architecture: string,
) {
  const tree = path.join(folder, name);
  const files: Record<string, string> = {
    'DEBIAN/control': [
      `Package: ${name}`,
      `Version: ${version}-1.standin`,
      `Architecture: ${architecture}`,
      'Maintainer: Inlet <inlet@example.invalid>',
      `Description: Stand-in for ${name}, for rehearsals`,
      ' Has the paths and the unit of the real package, and does nothing.',
      '',
    ].join('\n'),
    [program]: `#!/bin/sh\necho "This stands in for ${name} and does nothing."\nexec sleep infinity\n`,
    [unit]: [
      '[Unit]',
      `Description=Stand-in for ${name}`,
      'After=network.target',
      '[Service]',
      `ExecStart=/${program}`,
      '[Install]',
      'WantedBy=multi-user.target',
      '',
    ].join('\n'),
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(tree, file)), { recursive: true });
    await writeFile(path.join(tree, file), text);
  }
  await chmod(path.join(tree, program), 0o755);
  const deb = path.join(folder, `${name}.deb`);
  await must(`dpkg-deb for ${name}`, run('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, deb]));
  await rm(tree, { recursive: true });
  return deb;
}
