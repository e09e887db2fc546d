import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, test } from 'node:test';
import { createPackerBuilder } from '../../../scripts/fleet/aws/packer-builder.ts';
import { FleetError } from '../../../scripts/fleet/fleet-error.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

const options = {
  commit: 'c0ffee',
  build: '1.2.3',
  architecture: 'arm64',
  signal: new AbortController().signal,
  onLine: () => undefined,
};

const folders: TempFolder[] = [];
afterEach(async () => {
  for (const { remove } of folders.splice(0)) await remove();
});

/** A project whose bundle is empty, and a program in the place of Packer that runs the script given. */
async function builderWith(script: string) {
  const temporary = await tempFolder();
  folders.push(temporary);
  const root = temporary.folder;
  await mkdir(path.join(root, 'ami'));
  await writeFile(path.join(root, 'ami/bundle.sh'), '#!/bin/sh\ntouch "$1"\n', { mode: 0o755 });
  const packer = path.join(root, 'packer');
  await writeFile(packer, `#!/bin/sh\n[ "$1" = build ] || exit 0\n${script}\n`, { mode: 0o755 });
  return {
    root,
    builder: createPackerBuilder({ root, packer, fleet: 'prod', region: 'eu-west-1', env: process.env }),
  };
}

/** What the template leaves: Packer's manifest of a build for two regions, and the image's own beside it. */
const leaveManifests = `
for last; do case $last in manifest=*) manifest=\${last#manifest=} ;; esac; done
echo '{"builds":[{"artifact_id":"us-east-1:ami-1,eu-west-1:ami-2"}]}' > "$manifest"
printf '{}' > "$(dirname "$manifest")/manifest.json"
echo "$@" > args`;

test('the image is the one of the fleet’s region, tagged with the checksum of what is in it', async () => {
  const { root, builder } = await builderWith(leaveManifests);
  const { id, tags } = await builder.build(options);
  assert.equal(id, 'ami-2');
  assert.deepEqual(tags, { 'inlet:manifest-sha256': createHash('sha256').update('{}').digest('hex') });
  const args = await readFile(path.join(root, 'args'), 'utf8');
  for (const variable of ['fleet=prod', 'region=eu-west-1', 'commit=c0ffee', 'version=1.2.3', 'arch=arm64'])
    assert.ok(args.includes(`-var ${variable}`), variable);
});

test('what Packer said last is in the error', async () => {
  const { builder } = await builderWith('echo "No default VPC for this user"; exit 1');
  await assert.rejects(
    builder.build(options),
    (error) => error instanceof FleetError && /failed:\n.*No default VPC/s.test(error.message),
  );
});

test('a missing Packer is named', async () => {
  const { root } = await builderWith('');
  const packer = path.join(root, 'none');
  const builder = createPackerBuilder({ root, packer, fleet: 'prod', region: 'eu-west-1', env: process.env });
  await assert.rejects(builder.build(options), /There is no program/);
});

test('an interrupt reaches Packer, which takes away what it has started', async () => {
  const { root, builder } = await builderWith(
    `trap 'echo cleaned > cleaned; exit 1' INT\necho > started\nwhile :; do sleep 0.05; done`,
  );
  const interrupt = new AbortController();
  const building = builder.build({ ...options, signal: interrupt.signal });
  await until(() =>
    access(path.join(root, 'started')).then(
      () => true,
      () => undefined,
    ),
  );
  interrupt.abort(new FleetError('Interrupted.'));
  await assert.rejects(building, /Interrupted/);
  await access(path.join(root, 'cleaned'));
});
