import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ImdsStandIn, startImds } from '../../scripts/rehearse/imds-stand-in.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

const script = path.join(import.meta.dirname, '../../ami/rootfs/usr/local/lib/inlet/lifecycle-watch');
const missing = ['bash', 'curl'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
const skip = missing.length > 0 && `not installed: ${missing.join(', ')}`;

const instanceId = 'i-0123456789abcdef0';
const state = 'meta-data/autoscaling/target-lifecycle-state';
const spotNotice = 'meta-data/spot/instance-action';
const hook =
  `--auto-scaling-group-name inlet-prod-a --lifecycle-hook-name terminate --instance-id ${instanceId}` +
  ' --cli-connect-timeout 5 --cli-read-timeout 20';
const heartbeat = `aws autoscaling record-lifecycle-action-heartbeat ${hook}`;
const completion = `aws autoscaling complete-lifecycle-action --lifecycle-action-result CONTINUE ${hook}`;
const stop = 'systemctl stop inlet';

/**
 * Takes the place of a program: writes its call into a file, holds on while a file called `hold-<name>` is there,
 * and fails as often as there are lines in `fail-<name>`.
 */
const standIn = `#!/bin/sh
name=$(basename "$0")
echo "$name $*" >>"$RECORD/calls"
case "$*" in *complete* | stop*)
  while [ -e "$RECORD/hold-$name" ]; do sleep 0.05; done
  if [ -s "$RECORD/fail-$name" ]; then
    sed -i 1d "$RECORD/fail-$name"
    exit 1
  fi ;;
esac
`;

describe('lifecycle-watch', { skip, timeout: 60_000 }, () => {
  let files: TempFolder;
  let imds: ImdsStandIn;
  let watch: ChildProcess;
  let log = '';
  let exited: Promise<unknown[]>;

  beforeEach(async () => {
    files = await tempFolder();
    for (const name of ['aws', 'systemctl']) {
      await writeFile(path.join(files.folder, name), standIn);
      await chmod(path.join(files.folder, name), 0o755);
    }
    await writeFile(path.join(files.folder, 'calls'), '');
  });
  afterEach(async () => {
    watch.kill('SIGKILL');
    await exited;
    await imds.stop();
    await files.remove();
  });

  const startWatch = async ({
    group = true,
    env = {},
  }: {
    group?: boolean;
    env?: NodeJS.ProcessEnv;
  } = {}) => {
    const tags: Record<string, string> = group ? { 'aws:autoscaling:groupName': 'inlet-prod-a' } : {};
    imds = await startImds({ instanceId, region: 'eu-central-1', role: '', tags });
    if (group) imds.set(state, 'InService');
    log = '';
    watch = spawn(script, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${files.folder}:${process.env.PATH}`,
        RECORD: files.folder,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.url,
        INLET_WATCH_POLL_SECONDS: '0.05',
        INLET_WATCH_HEARTBEAT_SECONDS: '60',
        INLET_WATCH_SETTLE_SECONDS: '0',
        INLET_WATCH_RETRY_SECONDS: '0',
        ...env,
      },
    });
    exited = once(watch, 'exit');
    for (const stream of [watch.stdout, watch.stderr]) {
      stream?.on('data', (part) => {
        log += part;
      });
    }
  };
  const calls = async () =>
    (await readFile(path.join(files.folder, 'calls'), 'utf8')).split('\n').filter((line) => line !== '');
  const called = (call: string) => until(async () => ((await calls()).includes(call) ? true : undefined));
  const logged = (pattern: RegExp) => until(() => pattern.exec(log) ?? undefined);
  const hold = (name: string) => writeFile(path.join(files.folder, `hold-${name}`), '');
  const release = (name: string) => rm(path.join(files.folder, `hold-${name}`));
  const fail = (name: string, times: number) =>
    appendFile(path.join(files.folder, `fail-${name}`), 'again\n'.repeat(times));
  /** Without what is asked, only what is done. */
  const deeds = async () => (await calls()).filter((call) => !call.includes('is-active'));

  it('does nothing while the instance is wanted in service', async () => {
    await startWatch();
    for (let polls = 0; polls < 5; polls++) await imds.next(/target-lifecycle-state 200/);
    assert.deepEqual(await calls(), []);
    assert.equal(watch.exitCode, null);
  });

  it('stops the service, then completes the termination hook, once, and ends well', async () => {
    await startWatch();
    await imds.next(/target-lifecycle-state 200/);
    imds.set(state, 'Terminated');
    assert.deepEqual(await exited, [0, null]);
    assert.deepEqual(await deeds(), [stop, completion]);
  });

  it('completes the hook only when the drain is over, however long that takes, and keeps it open till then', async () => {
    await hold('systemctl');
    await startWatch({ env: { INLET_WATCH_HEARTBEAT_SECONDS: '0.1' } });
    imds.set(state, 'Terminated');
    await until(async () => (await calls()).filter((call) => call === heartbeat).length >= 3 || undefined);
    assert.equal((await calls()).includes(completion), false);
    await release('systemctl');
    assert.deepEqual(await exited, [0, null]);
    const made = await deeds();
    assert.equal(made[0], stop);
    assert.equal(made.filter((call) => call === completion).length, 1);
  });

  it('waits for the last lines of the log to be sent before it completes the hook', async () => {
    await startWatch({ env: { INLET_WATCH_SETTLE_SECONDS: '0.2' } });
    imds.set(state, 'Terminated');
    assert.deepEqual(await exited, [0, null]);
    assert.deepEqual(await calls(), [
      stop,
      'systemctl --quiet is-active amazon-cloudwatch-agent',
      completion,
    ]);
  });

  it('tries again when the hook cannot be completed', async () => {
    await fail('aws', 2);
    await startWatch();
    imds.set(state, 'Terminated');
    assert.deepEqual(await exited, [0, null]);
    assert.deepEqual(await deeds(), [stop, completion, completion, completion]);
    assert.match(log, /<4>.*try 2\n/);
    assert.match(log, /<6>the termination hook is completed\n/);
  });

  it('gives up on the hook after ten tries, says so as an error, and ends, since the hook ends by itself', async () => {
    await fail('aws', 100);
    await startWatch();
    imds.set(state, 'Terminated');
    assert.deepEqual(await exited, [0, null]);
    assert.equal((await calls()).filter((call) => call === completion).length, 10);
    assert.match(log, new RegExp(`<3>.*${instanceId} in inlet-prod-a cannot be completed`));
  });

  it('completes the hook, and says so as an error, when the service does not stop in good order', async () => {
    await fail('systemctl', 1);
    await startWatch();
    imds.set(state, 'Terminated');
    assert.deepEqual(await exited, [0, null]);
    assert.deepEqual(await deeds(), [stop, completion]);
    assert.match(log, /<3>Inlet did not stop in good order/);
  });

  for (const how of ['hang up', 429, 503] as const) {
    it(`outlives a metadata service that answers ${how}, says so once, and then sees what it missed`, async () => {
      await startWatch();
      await logged(/watches over/);
      imds.fail(how);
      for (let polls = 0; polls < 6; polls++) await imds.next(/target-lifecycle-state/);
      imds.set(state, 'Terminated');
      imds.fail(undefined);
      assert.deepEqual(await exited, [0, null]);
      assert.deepEqual(await deeds(), [stop, completion]);
      assert.equal(log.match(/<4>the metadata service .* cannot be read/g)?.length, 1);
    });
  }

  it('waits for a metadata service that is not there yet', async () => {
    await startWatch();
    imds.fail('hang up');
    await logged(/<4>the metadata service .* cannot be read/);
    imds.fail(undefined);
    await logged(/watches over i-0123456789abcdef0/);
  });

  it('gets itself a new token when the old one is no longer good', async () => {
    await startWatch();
    await logged(/watches over/);
    imds.expireTokens();
    await imds.next(/PUT \/latest\/api\/token 200/);
    imds.set(state, 'Terminated');
    assert.deepEqual(await exited, [0, null]);
    assert.deepEqual(await deeds(), [stop, completion]);
  });

  it('drains when EC2 takes a Spot instance back, and completes the hook once Auto Scaling comes to it', async () => {
    await startWatch();
    imds.set(spotNotice, '{"action":"terminate","time":"2026-11-21T03:00:00Z"}');
    await called(stop);
    await imds.next(/target-lifecycle-state 200/);
    await imds.next(/target-lifecycle-state 200/);
    assert.deepEqual(await deeds(), [stop]);
    imds.set(state, 'Terminated');
    assert.deepEqual(await exited, [0, null]);
    assert.deepEqual(await deeds(), [stop, completion]);
  });

  it('outside a group drains a Spot instance that is taken back, and has no hook to complete', async () => {
    await startWatch({ group: false });
    await logged(/in no Auto Scaling group/);
    imds.set(spotNotice, '{"action":"stop","time":"2026-11-21T03:00:00Z"}');
    assert.deepEqual(await exited, [0, null]);
    assert.deepEqual(await deeds(), [stop]);
  });

  it('says once that EC2 advises to replace the instance, and goes on serving', async () => {
    await startWatch();
    imds.set('meta-data/events/recommendations/rebalance', '{"noticeTime":"2026-11-21T03:00:00Z"}');
    await logged(/<6>EC2 advises to replace/);
    await imds.next(/rebalance 200/);
    await imds.next(/rebalance 200/);
    assert.equal(log.match(/advises/g)?.length, 1);
    assert.deepEqual(await calls(), []);
  });
});
