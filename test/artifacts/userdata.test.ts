import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { launchTemplate } from '../../userdata/launch-template.ts';

const folder = path.join(import.meta.dirname, '../../userdata');
const scriptFile = path.join(folder, 'user-data.sh');
const templateFile = path.join(folder, 'launch-template.json');
const script = readFileSync(scriptFile, 'utf8');
const template = JSON.parse(readFileSync(templateFile, 'utf8')) as ReturnType<typeof launchTemplate>;
const data = template.LaunchTemplateData ?? {};

const hasJq = spawnSync('jq', ['--version']).status === 0;
const skip = hasJq ? false : 'jq is not installed';

describe('the user data', () => {
  it('is below the 16 384 bytes that EC2 takes, before base64', () => {
    assert.ok(Buffer.byteLength(script) < 16_384);
  });

  it('is small enough to stand in a CloudFormation template of 51 200 bytes, too', () => {
    assert.ok(Buffer.byteLength(script) < 6_500);
  });

  it('is a script that bash can read, and that cloud-init takes for one', () => {
    assert.match(script, /^#!\/usr\/bin\/env bash\n/);
    execFileSync('bash', ['-n', scriptFile]);
  });

  it('holds no secret, no key and nothing that differs from fleet to fleet', () => {
    assert.doesNotMatch(
      script,
      /A[KS]IA[A-Z0-9]{16}|BEGIN [A-Z ]*PRIVATE KEY|secret_access_key|inlet_[0-9a-f]{8}/i,
    );
    assert.doesNotMatch(script, /arn:aws|amazonaws\.com|\b\d{12}\b|inlet-prod|\/inlet\/prod/);
  });

  describe('makes of the parameters an EnvironmentFile', { skip }, () => {
    /** The two programs for jq stand in the script as assignments, each up to an empty line or comment. */
    const programs = script.match(/^(?:unusable|env_lines)='[^']*'$/gm)?.join('\n') ?? '';
    const jq = (program: string, parameters: Record<string, string>) => {
      const answer = {
        Parameters: Object.entries(parameters).map(([name, Value]) => ({
          Name: `/inlet/prod/env/${name}`,
          Value,
        })),
      };
      const command = `${programs}\njq --raw-output "$${program}"`;
      return execFileSync('bash', ['--norc', '-c', command], {
        input: JSON.stringify(answer),
        encoding: 'utf8',
      });
    };

    it('from which every value is read as it was, whatever is in it', () => {
      const parameters = {
        INLET_A: 'plain',
        INLET_B: `it's "quoted" \\ and \\" \\\\ \\n`,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the point of it
        INLET_C: '$HOME ${HOME} $(id) `id` $$',
        INLET_D: '%h %% # ; ! = & | < > * ~',
        INLET_E: '  spaces around, a\ttab, ä € 😀  ',
        INLET_F: '',
        _g1: 'ends in a backslash \\',
      };
      assert.equal(jq('unusable', parameters), '');
      const file = jq('env_lines', parameters);
      assert.equal(file.trimEnd().split('\n').length, Object.keys(parameters).length, 'one line each');
      // In double quotes systemd reads what a shell reads (man systemd.exec, EnvironmentFile=).
      const read = execFileSync(
        'env',
        ['-i', 'bash', '--norc', '-c', 'set -a; eval "$(cat)"; exec /usr/bin/env -0'],
        {
          input: file,
          encoding: 'utf8',
        },
      );
      const values = Object.fromEntries(
        read.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
      for (const [name, value] of Object.entries(parameters)) assert.equal(values[name], value, name);
    });

    it('unless systemd would drop the value or the name', () => {
      const refused = {
        LINE_BREAK: 'one\ntwo',
        RETURN: 'one\r',
        ESCAPE: '\u001b[31m',
        NUL: '\u0000',
        DELETE: '\u007f',
        '1ST': 'x',
        'WITH-HYPHEN': 'x',
        'WITH SPACE': 'x',
        '': 'x',
      };
      const names = jq('unusable', { GOOD: 'x', ...refused })
        .trimEnd()
        .split('\n');
      assert.deepEqual(
        names,
        Object.keys(refused).map((name) => `/inlet/prod/env/${name}`),
      );
    });
  });
});

describe('the launch template', () => {
  it('is what userdata/launch-template.ts makes of the script', () => {
    assert.deepEqual(template, launchTemplate(script));
    assert.equal(Buffer.from(data.UserData ?? '', 'base64').toString(), script);
  });

  it('asks for version 2 of the metadata service, one hop away, with the tags', () => {
    assert.deepEqual(data.MetadataOptions, {
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
      InstanceMetadataTags: 'enabled',
    });
  });

  it('encrypts every volume, and leaves none behind', () => {
    const volumes = data.BlockDeviceMappings ?? [];
    assert.equal(volumes.length, 1);
    for (const { Ebs } of volumes) {
      assert.deepEqual(Ebs, { VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true });
    }
  });

  it('gives no key pair, and the role by its name', () => {
    assert.equal('KeyName' in data, false);
    assert.deepEqual(data.IamInstanceProfile, { Name: 'inlet-prod-instance' });
  });

  it('tags instances and volumes with the fleet', () => {
    const tagged = Object.fromEntries(
      (data.TagSpecifications ?? []).map(({ ResourceType, Tags = [] }) => [
        ResourceType,
        Tags.find(({ Key }) => Key === 'inlet:fleet')?.Value,
      ]),
    );
    assert.deepEqual(tagged, { instance: 'prod', volume: 'prod' });
  });

  const aws = process.env.INLET_TEST_AWS_CLI;
  it('is what the AWS CLI takes', { skip: aws ? false : 'INLET_TEST_AWS_CLI does not name an aws' }, () => {
    const checked = spawnSync(
      aws ?? '',
      [
        'ec2',
        'create-launch-template',
        '--cli-input-json',
        `file://${templateFile}`,
        '--generate-cli-skeleton',
        'output',
      ],
      { encoding: 'utf8', env: { ...process.env, AWS_DEFAULT_REGION: 'us-east-1' } },
    );
    assert.equal(checked.status, 0, checked.stderr);
    assert.ok(JSON.parse(checked.stdout).LaunchTemplate);
  });
});
