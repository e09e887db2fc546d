import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { settings } from '../../src/settings.ts';
import { timeoutChainMistakes } from '../../src/timeout-chain.ts';
import { freePort } from '../support/free-port.ts';
import { jpeg } from '../support/samples.ts';
import { slowUpload } from '../support/slow-upload.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

const root = path.join(import.meta.dirname, '../..');
const image = path.join(root, 'ami');
const read = (file: string) => readFile(path.join(image, file), 'utf8');

/** Every file of the image's sources by its path below ami/, but what somebody put into downloads/. */
async function files(): Promise<string[]> {
  const entries = await readdir(image, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(image, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith(`downloads${path.sep}`));
}

const pinsText = await read('versions.sh');
/** The values of a variable in versions.sh: one for each place that sets it. */
function pin(name: string): string[] {
  return [...pinsText.matchAll(new RegExp(`^ *${name}=(.*)$`, 'gm'))].map(([, value]) => value as string);
}

const unitText = await read('rootfs/etc/systemd/system/inlet.service');
function unit(name: string): string[] {
  return [...unitText.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value as string);
}

describe('the pins of the image', () => {
  it('name the Node that the tests run on', async () => {
    const { devDependencies } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
    assert.deepEqual(pin('node_version'), [devDependencies.node]);
  });

  it('hold a checksum of the archive and of the program for each architecture', () => {
    for (const name of ['node_sha256', 'node_binary_sha256']) {
      const found = pin(name).filter((value) => !value.startsWith('$'));
      assert.equal(found.length, 2, name);
      assert.equal(new Set(found).size, 2, name);
      for (const checksum of found) assert.match(checksum, /^[0-9a-f]{64}$/, name);
    }
  });

  it('hold the fingerprint of the key that signs each agent', () => {
    for (const name of ['cloudwatch_agent_key', 'ssm_agent_key']) {
      const [fingerprint] = pin(name);
      assert.match(fingerprint ?? '', /^[0-9A-F]{40}$/, name);
    }
  });

  it('let every download be replaced, and fetch nothing without TLS', () => {
    const urls = [...pinsText.matchAll(/^(\w+_url)=\$\{(INLET_\w+_URL):-(.*)\}$/gm)];
    assert.deepEqual(
      urls.map(([, name]) => name),
      ['node_url', 'cloudwatch_agent_url', 'cloudwatch_agent_key_url', 'ssm_agent_url', 'ssm_agent_key_url'],
    );
    for (const [, name, variable, url] of urls) {
      assert.equal(variable, `INLET_${name?.toUpperCase()}`);
      assert.match(url ?? '', /^https:\/\//);
      if (!name?.includes('_key_'))
        assert.match(url ?? '', /\$\w+_version/, 'the version stands in one place');
    }
    assert.equal(pinsText.match(/https?:\/\/\S+\}/g)?.length, urls.length, 'no other download');
  });

  it('stand in versions.sh alone', async () => {
    const versions = [
      'node',
      'cloudwatch_agent',
      'ssm_agent',
      'packer',
      'packer_plugin_amazon',
      'go',
    ].flatMap((name) => pin(`${name}_version`));
    assert.equal(versions.length, 6);
    for (const file of await files()) {
      if (file === 'versions.sh') continue;
      const text = await read(file);
      for (const version of versions) assert.ok(!text.includes(version), `${file} names version ${version}`);
      assert.doesNotMatch(
        text,
        /\b[0-9a-f]{64}\b|\b[0-9A-F]{40}\b/,
        `${file} has a checksum or a fingerprint`,
      );
    }
  });
});

describe('the scripts of the image', () => {
  it('can be run, and stop at the first error', async () => {
    const found = await files();
    for (const file of found) {
      const text = await read(file);
      const shell = text.startsWith('#!') && /^#!.*sh$/m.test(text);
      if (!shell) continue;
      assert.ok((await stat(path.join(image, file))).mode & 0o111, `${file} is executable`);
      // validate.sh goes on after a failure, to report all of them.
      const strict = file === 'validate.sh' ? /^set -uo pipefail$/m : /^set -euo pipefail$/m;
      assert.match(text, strict, file);
    }
    const steps = found.filter((file) => file.startsWith('provision/') && file !== 'provision/lib.sh');
    assert.ok(steps.length >= 9);
    for (const step of steps) assert.match(step, /^provision\/[1-9]\d-[a-z-]+\.sh$/);
    assert.equal(new Set(steps.map((step) => step.slice(10, 12))).size, steps.length, 'each has its number');
  });

  it('hold no secret and no key', async () => {
    for (const file of await files()) {
      const text = await read(file);
      assert.doesNotMatch(text, /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN|\$(1|5|6|y)\$\S+\$/, file);
      assert.doesNotMatch(text, /(secret|token|password)\s*[=:]\s*['"]?[A-Za-z0-9+/]{16,}/i, file);
    }
  });
});

describe('the unit of the service', () => {
  it('gives PM2 the time that the settings promise', () => {
    const value = (name: string) =>
      (settings.aws.shape as Record<string, { parse(text: undefined): unknown }>)[name]?.parse(undefined);
    const names = Object.keys(settings.aws.shape).filter((name) => name.endsWith('_SECONDS'));
    const timeouts = Object.fromEntries(names.map((name) => [name, value(name)]));
    assert.deepEqual(unit('TimeoutStopSec'), [String(timeouts.INLET_STOP_SECONDS)]);
    assert.deepEqual(
      timeoutChainMistakes(timeouts as unknown as Parameters<typeof timeoutChainMistakes>[0]),
      [],
    );
    assert.deepEqual(unit('KillMode'), ['mixed']);
    assert.doesNotMatch(unitText, /^Environment=.*_SECONDS=/m, 'the settings are those of the instance');
  });

  it('names settings that exist, and programs that are there', () => {
    const assigned = unit('Environment').flatMap((line) =>
      line.split(' ').map((each) => each.split('=')[0] ?? ''),
    );
    for (const name of assigned.filter((each) => each.startsWith('INLET_'))) {
      assert.ok(name in settings.aws.shape, name);
    }
    const commands = unit('Exec\\w+').join(' ');
    const scripts = commands.match(/\/usr\/local\/lib\/inlet\/\S+/g) ?? [];
    for (const script of scripts) assert.ok(existsSync(path.join(image, 'rootfs', script)), script);
    const packed = commands.match(/\/opt\/inlet\/\S+/g) ?? [];
    for (const file of packed) assert.ok(existsSync(path.join(root, file.slice('/opt/inlet/'.length))), file);
    assert.equal(scripts.length, 3);
    assert.equal(packed.length, 4);
  });

  it('confines the service, but lets V8 compile', () => {
    assert.deepEqual(unit('User'), ['inlet']);
    assert.deepEqual(unit('NoNewPrivileges'), ['yes']);
    assert.deepEqual(unit('ProtectSystem'), ['strict']);
    assert.deepEqual(unit('CapabilityBoundingSet'), ['']);
    assert.deepEqual(unit('SystemCallFilter'), ['@system-service', '~@privileged @resources']);
    assert.deepEqual(unit('MemoryDenyWriteExecute'), []);
  });
});

describe('what stops the service', () => {
  it('lets every upload finish while the metrics are still served, and loses no count', async (t) => {
    const temporary = await tempFolder();
    const port = await freePort();
    const metricsPort = await freePort();
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: temporary.folder,
      PM2_HOME: path.join(temporary.folder, 'pm2'),
      PM2_DISCRETE_MODE: 'true',
      PORT: String(port),
      INLET_METRICS_PORT: String(metricsPort),
      INLET_DATA_DIR: temporary.folder,
      INLET_WORKERS: '2',
      INLET_DRAIN_DELAY_SECONDS: '1',
    };
    // As ExecStart and ExecStop of the unit, with the sources in the place of what is built of them.
    const node = (...args: string[]) =>
      spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const pm2 = node('node_modules/pm2/bin/pm2-runtime', 'start', 'ecosystem.config.js');
    let said = '';
    for (const stream of [pm2.stdout, pm2.stderr])
      stream.setEncoding('utf8').on('data', (text) => (said += text));
    t.after(async () => {
      if (pm2.exitCode === null && pm2.signalCode === null) {
        pm2.kill('SIGKILL');
        await once(pm2, 'exit');
      }
      await temporary.remove();
    });
    const url = `http://127.0.0.1:${port}`;
    const answers = async (address: string) => (await fetch(address).catch(() => undefined))?.status;
    await until(() => said.includes('App [inlet:2] online') || undefined);
    assert.equal(await answers(`${url}/health`), 200);

    const uploads = [1, 2, 3].map((seed) => slowUpload(url, { content: jpeg(200_000, seed), seconds: 4 }));
    await Promise.all(uploads.map(({ started }) => started));
    const stop = path.join(image, 'rootfs/usr/local/lib/inlet/stop-workers.mjs');
    const stopping = node(stop);
    let stopSaid = '';
    stopping.stdout.setEncoding('utf8').on('data', (text) => (stopSaid += text));
    await until(() => said.includes('"msg":"draining"') || undefined);
    assert.equal(await answers(`http://127.0.0.1:${metricsPort}/metrics`), 200, 'while the workers drain');
    const [code] = await once(stopping, 'close');

    assert.deepEqual(
      await Promise.all(uploads.map(async ({ answer }) => (await answer).status)),
      [201, 201, 201],
    );
    assert.match(stopSaid, /2 of 2 workers drained and ended/);
    assert.equal(code, 0);
    const counted = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    assert.match(counted, /^inlet_uploads_total\{outcome="complete"\} 3$/m);
    pm2.kill('SIGTERM');
    assert.deepEqual(await once(pm2, 'exit'), [0, null]);
    assert.doesNotMatch(said, /metrics are lost/);
  });
});

describe("the CloudWatch agent's configuration", () => {
  it('sums the memory up for each Auto Scaling group, and sends every log to the group of the fleet', async () => {
    const config = JSON.parse(await read('rootfs/usr/local/share/inlet/amazon-cloudwatch-agent.json'));
    assert.deepEqual(config.metrics.aggregation_dimensions, [['AutoScalingGroupName']]);
    assert.equal(config.metrics.append_dimensions.AutoScalingGroupName, `\${aws:AutoScalingGroupName}`);
    assert.equal(config.metrics.metrics_collected.mem.measurement[0].name, 'mem_used_percent');
    const { files, journald } = config.logs.logs_collected;
    const logs = [...files.collect_list, ...journald.collect_list];
    for (const { log_group_name: group, log_stream_name: stream } of logs) {
      assert.equal(group, '/inlet/@FLEET@');
      assert.match(stream, /^\{instance_id\}\/[a-z]+$/);
    }
    // Only from a file do the lines of the service arrive as it wrote them: the filters of the stack read their JSON.
    const unit = await read('rootfs/etc/systemd/system/inlet-log.service');
    assert.match(unit, /^ExecStart=\/usr\/bin\/journalctl .*--output=cat --unit=inlet\.service$/m);
    assert.equal(files.collect_list[0].file_path, /^StandardOutput=append:(.*)$/m.exec(unit)?.[1]);
  });
});

describe('the template of Packer', () => {
  it('makes an encrypted image that takes IMDSv2 alone and goes out of use, and validates it last', async () => {
    const template = await read('inlet.pkr.hcl');
    assert.match(template, /^ {2}imds_support\s+= "v2\.0"$/m);
    assert.match(template, /^ {4}http_tokens\s+= "required"$/m);
    assert.match(template, /^ {4}encrypted\s+= true$/m);
    assert.match(template, /^ {2}deprecate_at\s+= /m);
    const lastStep = template.slice(template.lastIndexOf('provisioner "'));
    assert.match(lastStep, /provision\.sh seal",\n\s+"bash \/run\/inlet-bake\/validate\.sh",\n/);
    for (const name of ['commit', 'version', 'arch', 'bundle', 'region', 'fleet', 'manifest']) {
      assert.match(template, new RegExp(`^variable "${name}" \\{$`, 'm'), name);
    }
  });
});
