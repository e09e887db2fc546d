import assert from 'node:assert/strict';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type BakedRoot, bakeRoot } from '../../scripts/rehearse/bake-root.ts';
import { type BootedImage, bootImage } from '../../scripts/rehearse/boot-image.ts';
import { breakages } from '../../scripts/rehearse/breakages.ts';
import { type ImdsStandIn, startImds } from '../../scripts/rehearse/imds-stand-in.ts';
import { type LifecycleRecorder, startLifecycleRecorder } from '../../scripts/rehearse/lifecycle-recorder.ts';
import { makeDisk } from '../../scripts/rehearse/make-disk.ts';
import { signatureVerdicts } from '../../scripts/rehearse/signature-verdicts.ts';
import { bakeAgain, validateRefusals } from '../../scripts/rehearse/try-root.ts';
import { createLinkSigner } from '../../src/http/link-signer.ts';
import type { AwsStandIn } from '../support/aws-stand-in.ts';
import { freePort } from '../support/free-port.ts';
import { noMoto, startMoto } from '../support/moto.ts';
import { jpeg } from '../support/samples.ts';
import { slowUpload } from '../support/slow-upload.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { sha256, uploadOf } from '../support/upload-client.ts';
import { loadPhotos } from './data-plane/photos.ts';
import { writeFigures } from './figures.ts';

const repository = path.join(import.meta.dirname, '../..');
const region = 'us-east-1';

/** Emulated, a boot takes about a minute and a half; only a broken one takes longer than this. */
const bootPatienceMs = 300_000;

/** Everything that a shell, systemd or jq could take for its own. */
const linkSecret = `it's a "secret" with $HOME, \`id\`, \\n, \\\\, %h, #, ; and = in it`.replaceAll(',', '');

interface Machine extends BootedImage {
  imds: ImdsStandIn;
  instanceId: string;
  url: string;
}

const seconds = (since: number) => Math.round((performance.now() - since) / 100) / 10;

describe('the image', { timeout: 900_000 }, () => {
  let files: TempFolder;
  let baked: BakedRoot;
  let disk: string;
  let aws: AwsStandIn;
  let hooks: LifecycleRecorder;
  let ssm: SSMClient;
  let good: Machine;
  let wrong: Machine;
  const machines: Machine[] = [];
  const metadataServices: ImdsStandIn[] = [];
  const figures: Record<string, number> = {};

  before(async () => {
    files = await tempFolder();
    // What a rehearsal keeps, the next one need not download; a bundle that was made before need not be made.
    const { INLET_REHEARSAL_DIR: kept, INLET_REHEARSAL_BUNDLE: bundle } = process.env;
    baked = await bakeRoot({
      folder: path.join(kept || files.folder, 'bake'),
      ...(bundle?.endsWith('.tar.gz') && { bundle }),
    });
    figures.bakeSeconds = Math.round(baked.seconds * 10) / 10;
    disk = path.join(files.folder, 'disk.img');
    await makeDisk(baked.root, disk);

    const moto = await startMoto();
    if (!moto) throw new Error(noMoto);
    aws = moto;
    const endpoint = aws.env.AWS_ENDPOINT_URL ?? '';
    hooks = await startLifecycleRecorder(endpoint);
    ssm = new SSMClient({ region, endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  });
  after(async () => {
    for (const machine of machines) await machine.pullPlug();
    for (const imds of metadataServices) await imds.stop();
    ssm?.destroy();
    await hooks?.stop();
    await aws?.stop();
    if (baked) await rm(baked.root, { recursive: true, force: true });
    await files.remove();
  });

  /** Puts the settings of a fleet where the stack puts them, and boots an instance of it. */
  const launch = async (
    fleet: string,
    {
      instanceId,
      settings,
      journal,
    }: { instanceId: string; settings: Record<string, string>; journal: boolean },
  ): Promise<Machine> => {
    const { INLET_BUCKET = '', INLET_TABLE = '', INLET_TOPIC_ARN = '' } = aws.env;
    const all = {
      INLET_PLATFORM: 'aws',
      AWS_REGION: region,
      INLET_BUCKET,
      INLET_TABLE,
      INLET_TOPIC_ARN,
      ...settings,
    };
    for (const [name, Value] of Object.entries(all)) {
      const Type = name === 'INLET_LINK_SECRETS' ? 'SecureString' : 'String';
      await ssm.send(new PutParameterCommand({ Name: `/inlet/${fleet}/env/${name}`, Value, Type }));
    }
    const imds = await startImds({
      instanceId,
      region,
      role: `inlet-${fleet}-instance`,
      userData: await readFile(path.join(repository, 'userdata/user-data.sh'), 'utf8'),
      targetLifecycleState: 'InService',
      tags: {
        Name: `inlet-${fleet}-a`,
        'inlet:fleet': fleet,
        'inlet:slot': 'a',
        'aws:autoscaling:groupName': `inlet-${fleet}-a`,
        'aws:ec2launchtemplate:version': '7',
      },
    });
    metadataServices.push(imds);
    hooks.wait(instanceId, 'launch');
    const folder = path.join(files.folder, instanceId);
    await mkdir(folder);
    const apiPort = await freePort();
    const booted = await bootImage({
      root: baked.root,
      disk,
      folder,
      imdsPort: imds.port,
      awsPort: hooks.port,
      apiPort,
      journalOnConsole: journal,
    });
    const machine = { ...booted, imds, instanceId, url: `http://127.0.0.1:${apiPort}` };
    machines.push(machine);
    return machine;
  };
  const healthy = async (machine: Machine) => {
    const ask = async () => {
      if (!machine.running()) throw new Error('the machine ended');
      const answer = await fetch(`${machine.url}/health`).catch(() => undefined);
      return answer?.status === 200 || undefined;
    };
    try {
      await until(ask, bootPatienceMs);
    } catch (cause) {
      const last = (await machine.console()).slice(-8000);
      throw new Error(`It did not become healthy:\n${last}`, { cause });
    }
  };
  const callsOf = ({ instanceId }: Machine) => hooks.calls.filter(({ instance }) => instance === instanceId);

  it('passes validate.sh, in a time that a bake can spare', async () => {
    const started = performance.now();
    const { code, failed, output } = await validateRefusals(baked.root, []);
    figures.validateSeconds = seconds(started);
    assert.deepEqual({ code, failed }, { code: 0, failed: [] }, output);
  });

  it('is refused by validate.sh when it is broken, by the check that is meant for it', async () => {
    const { code, failed, output } = await validateRefusals(baked.root);
    assert.equal(code, 1, output);
    for (const { broken, fails } of breakages) {
      for (const check of fails) assert.ok(failed.includes(check), `${broken}: ${check}\n${output}`);
    }
  });

  it('can be provisioned a second time over the first', () => bakeAgain(baked.root));

  it('takes a package of AWS only with the signature of the key that is pinned', async () => {
    const verdicts = await signatureVerdicts();
    assert.deepEqual(verdicts, { good: true, otherKey: false, expired: false, changed: false });
  });

  it('is healthy some time after the boot, and then completes its launch hook, once', async () => {
    const started = performance.now();
    good = await launch('prod', {
      instanceId: 'i-0aaaaaaaaaaaaaaa1',
      settings: { INLET_LINK_SECRETS: linkSecret },
      journal: true,
    });
    await healthy(good);
    figures.bootToHealthySeconds = seconds(started);
    // It boots while the first one is tested.
    wrong = await launch('wrong', {
      instanceId: 'i-0bbbbbbbbbbbbbbb2',
      settings: { INLET_LINK_SECRETS: linkSecret, INLET_MAX_FILES: 'many' },
      journal: false,
    });

    const { instanceId } = good;
    await hooks.accepted({ instance: instanceId });
    await good.onConsole(/inlet: healthy \S+ s after boot/);
    const group = 'inlet-prod-a';
    const expected = { hook: 'launch', group, instance: instanceId, result: 'CONTINUE', accepted: true };
    assert.deepEqual(callsOf(good), [{ action: 'CompleteLifecycleAction', ...expected }]);
  });

  it('takes a photograph and gives back the same bytes', async () => {
    // INLET_REHEARSAL_PHOTOS names a folder of real ones.
    const [{ content: photo } = assert.fail('no photograph')] = (await loadPhotos()).toSorted(
      (one, other) => other.content.length - one.content.length,
    );
    const answer = await fetch(`${good.url}/v1/uploads?name=photo.jpg`, { method: 'POST', body: photo });
    assert.equal(answer.headers.get('x-inlet-release'), 'v7', 'the version of the launch template');
    const { sha256: told, links } = await uploadOf(answer);
    assert.equal(told, sha256(photo));
    const content = await fetch(links.content);
    assert.equal(content.status, 200);
    assert.equal(sha256(new Uint8Array(await content.arrayBuffer())), sha256(photo));

    // The secret went through Parameter Store, jq, the file and systemd as it was.
    const { pathname, searchParams } = new URL(links.content);
    const signer = createLinkSigner({ secrets: [linkSecret], lifetimeSeconds: 1, clock: () => new Date() });
    signer.verify('GET', pathname, Object.fromEntries(searchParams));
  });

  it('drains before it is terminated: /health fails first, an upload under way ends well, then the hook is completed', async () => {
    const { url, imds, instanceId } = good;
    const upload = slowUpload(url, { content: jpeg(400_000, 9), seconds: 25 });
    let answered = false;
    void upload.answer.finally(() => {
      answered = true;
    });
    await upload.started;

    const started = performance.now();
    hooks.wait(instanceId, 'terminate');
    imds.set('meta-data/autoscaling/target-lifecycle-state', 'Terminated');
    const refusal = await until(async () => {
      const answer = await fetch(`${url}/health`);
      return answer.status === 200 ? undefined : answer;
    }, 60_000);
    assert.equal(refusal.status, 503);
    assert.equal(refusal.headers.get('connection'), 'close');
    assert.equal(answered, false, 'the upload is still under way');
    assert.deepEqual(
      callsOf(good).filter(({ hook }) => hook === 'terminate'),
      [],
    );

    const { status, headers, body } = await upload.answer;
    assert.equal(status, 201, body);
    assert.equal(headers.connection, 'close');
    assert.equal(JSON.parse(body).uploads[0].sha256, upload.sha256);
    const completed = await hooks.accepted({
      instance: instanceId,
      hook: 'terminate',
      action: 'CompleteLifecycleAction',
    });
    figures.drainSeconds = seconds(started);
    assert.equal(completed.result, 'CONTINUE');

    const journal = (await good.onConsole(/the termination hook is completed/)).input;
    assert.match(journal, /(\d) of \1 workers drained and ended/);
    assert.match(journal, /inlet\.service: Deactivated successfully/);
    assert.match(journal, /Inlet has stopped, after \d+ s/);
    const broken = /inlet\S*: (?:Failed|Main process exited, code=killed)|SIGKILL/;
    assert.deepEqual(
      journal.split('\n').filter((line) => broken.test(line)),
      [],
    );
    await good.powerOff();
  });

  it('abandons its launch, once, when a setting is wrong, and says on the console which', async () => {
    const { instanceId } = wrong;
    await wrong.onConsole(/inlet: FAILED: [^\n]*/);
    await hooks.accepted({ instance: instanceId });
    const said = await wrong.console();
    assert.match(said, /inlet: FAILED: Inlet does not start/);
    assert.match(said, /INLET_MAX_FILES: expected a whole number/);
    assert.doesNotMatch(said, /a "secret"/);
    assert.deepEqual(
      callsOf(wrong).map(({ hook, result }) => [hook, result]),
      [['launch', 'ABANDON']],
    );
  });

  it('leaves its figures', async () => {
    const names = ['bakeSeconds', 'validateSeconds', 'bootToHealthySeconds', 'drainSeconds'];
    assert.deepEqual(Object.keys(figures), names);
    await writeFigures('image', { ...figures, standIns: baked.standIns });
  });
});
