import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { Template } from '../../../infra/policies/template.ts';
import { settingsCheck, templateCheck, timeoutCheck } from '../../../scripts/fleet/preflight/checks.ts';
import { launchTemplateFaults } from '../../../scripts/fleet/preflight/launch-template-faults.ts';
import { nearestName } from '../../../scripts/fleet/preflight/nearest-name.ts';
import { parameterFaults, valuesInEffect } from '../../../scripts/fleet/preflight/parameter-faults.ts';
import { readTemplate } from '../../support/read-template.ts';

type Values = Record<string, string>;

const ask = (given: Values, { current = {} as Values, template = readTemplate() } = {}) => ({
  template,
  given,
  current,
  own: { Fleet: 'prod' },
  region: 'eu-central-1',
});
const faults = (given: Values, current: Values = {}) => parameterFaults(ask(given, { current }));

describe('parameters', () => {
  const network = { VpcId: 'vpc-1', SubnetIds: 'subnet-1,subnet-2' };

  test('the defaults, a network of one’s own with two subnets, a domain with its zone: nothing to say', () => {
    assert.deepEqual(faults({}), []);
    assert.deepEqual(faults({ ...network, InstanceSubnetIds: 'subnet-3' }), []);
    assert.deepEqual(faults({ DomainName: 'in.example.org', HostedZoneId: 'Z1' }), []);
    const CertificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/1';
    assert.deepEqual(faults({ CertificateArn }), []);
  });

  test('one that the template does not have is refused, with the nearest name', () => {
    assert.deepEqual(faults({ InstanceTyp: 't3.large' }), [
      'The template has no parameter InstanceTyp. Is InstanceType meant?',
    ]);
    assert.deepEqual(faults({ maxsize: '3' }), ['The template has no parameter maxsize. Is MaxSize meant?']);
    assert.match(faults({ KeepAliveTimeout: '70' })[0] ?? '', /no parameter KeepAliveTimeout, only Fleet, /);
  });

  test('one that follows from the name of the fleet cannot be given another value', () => {
    assert.deepEqual(faults({ Fleet: 'prod' }), []);
    assert.deepEqual(faults({ Fleet: 'shop' }), [
      'Fleet follows from --fleet and cannot be given: it is prod.',
    ]);
  });

  for (const [given, words] of [
    [{ VpcId: 'vpc-1' }, /^VpcId needs SubnetIds/],
    [{ SubnetIds: 'subnet-1,subnet-2' }, /^SubnetIds needs VpcId/],
    [{ InstanceSubnetIds: 'subnet-1' }, /^InstanceSubnetIds needs VpcId/],
    [{ VpcId: 'vpc-1', SubnetIds: 'subnet-1' }, /one subnet: the load balancer needs two, in two zones/],
    [{ ...network, InstanceNetwork: 'nat' }, /InstanceNetwork=nat is for the network that the stack makes/],
    [{ DomainName: 'in.example.org' }, /^DomainName needs HostedZoneId/],
    [{ HostedZoneId: 'Z1' }, /^HostedZoneId needs DomainName/],
    [
      { CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1' },
      /^CertificateArn is of us-east-1: the load balancer takes one of eu-central-1/,
    ],
    [{ CertificateArn: 'mine' }, /^CertificateArn is of no region/],
    [{ Zones: '4' }, /^Zones is 4, and may be 2 or 3\.$/],
    [{ NetworkPrefix: '10.64.0' }, /^NetworkPrefix is 10\.64\.0, which .* does not match\.$/],
    [{ MaxSize: 'many' }, /^MaxSize is many, and must be a number\.$/],
    [{ MaxSize: '0' }, /^MaxSize is 0, and must not be less than 1\.$/],
    [{ CpuTarget: '95' }, /^CpuTarget is 95, and must not be more than 90\.$/],
  ] satisfies [Values, RegExp][]) {
    test(`refused: ${JSON.stringify(given)}`, () => {
      const [first = '', ...others] = faults(given);
      assert.match(first, words);
      assert.deepEqual(others, []);
    });
  }

  test('what the stack has already counts as well', () => {
    assert.deepEqual(faults({ DomainName: 'in.example.org' }, { HostedZoneId: 'Z1' }), []);
    assert.match(
      faults({ HostedZoneId: '' }, { HostedZoneId: 'Z1', DomainName: 'x.org' })[0] ?? '',
      /needs HostedZoneId/,
    );
    const current = { MaxSize: '7', Gone: 'with an earlier template' };
    const { MaxSize, CpuTarget, Gone } = valuesInEffect(readTemplate(), current, { CpuTarget: '60' });
    assert.deepEqual([MaxSize, CpuTarget, Gone], ['7', '60', undefined]);
  });

  test('a name is near if few letters differ, whatever its capitals', () => {
    const names = ['MaxSize', 'Zones', 'VpcId'];
    assert.deepEqual(
      ['maxSise', 'zone', 'Vpc', 'Colour'].map((word) => nearestName(word, names)),
      ['MaxSize', 'Zones', 'VpcId', undefined],
    );
  });
});

describe('timeouts', () => {
  test('the template by itself fits around the service’s defaults', () => {
    const { ok, detail } = timeoutCheck(ask({}), {});
    assert.deepEqual([ok, detail], [true, 'each leaves room for the one inside it']);
  });

  test('a parameter that breaks the chain is refused, unless a kept setting makes room for it', () => {
    const longer = ask({ IdleTimeout: '120' });
    const { ok, detail } = timeoutCheck(longer, {});
    assert.equal(ok, false);
    assert.match(detail, /INLET_LB_IDLE_SECONDS \(120\) must be less than INLET_KEEP_ALIVE_SECONDS \(65\)/);
    const kept = { INLET_KEEP_ALIVE_SECONDS: '125', INLET_HEADERS_SECONDS: '130' };
    assert.equal(timeoutCheck(longer, kept).ok, true);
  });

  test('a kept setting that breaks the chain is refused, whatever the parameters', () => {
    const { ok, detail } = timeoutCheck(ask({}), { INLET_DRAIN_SECONDS: '200' });
    assert.equal(ok, false);
    assert.match(detail, /INLET_DRAIN_SECONDS \(200\) must not be more than INLET_KILL_SECONDS \(120\)/);
  });

  test('what the stack itself writes into the settings does not hide what a parameter changes', () => {
    const written = { INLET_LB_IDLE_SECONDS: '60', INLET_TERMINATION_HOOK_SECONDS: '300' };
    assert.match(timeoutCheck(ask({ IdleTimeout: '120' }), written).detail, /\(120\) must be less than/);
    const stack = ask({}, { current: { TerminationHeartbeat: '100' } });
    assert.match(timeoutCheck(stack, written).detail, /INLET_TERMINATION_HOOK_SECONDS \(100\)/);
  });

  test('a setting that is no number of seconds is named', () => {
    const { ok, detail } = timeoutCheck(ask({}), { INLET_DRAIN_SECONDS: 'long' });
    assert.equal(ok, false);
    assert.match(detail, /^INLET_DRAIN_SECONDS: /);
  });
});

test('the template is measured as it is sent', () => {
  const template: Template = readTemplate();
  assert.equal(templateCheck(template).ok, true);
  template.Resources.Padding = { Type: 'AWS::X', Metadata: { x: 'x'.repeat(10_000) } };
  const { ok, detail } = templateCheck(template);
  assert.equal(ok, false);
  assert.match(detail, /^\d+ of 51200 bytes: ".*'templateBody'.*less than or equal to 51200"$/);
});

test('settings that the service would not start with are named, without their values', () => {
  const { ok, detail } = settingsCheck({ INLET_PLATFORM: 'aws', INLET_LINK_SECRETS: 'too short' });
  assert.equal(ok, false);
  assert.match(detail, /INLET_BUCKET: it must be set/);
  assert.doesNotMatch(detail, /too short/);
});

describe('launch template versions', () => {
  const sound: ResponseLaunchTemplateData = {
    ImageId: 'ami-1',
    UserData: Buffer.from('#!/bin/sh\n').toString('base64'),
    IamInstanceProfile: { Name: 'inlet-prod-instance' },
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, InstanceMetadataTags: 'enabled' },
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true } }],
  };

  test('a sound one has no faults', () => assert.deepEqual(launchTemplateFaults(sound), []));

  for (const [broken, words] of [
    [{ UserData: undefined }, /^It has no user data/],
    [
      { UserData: Buffer.alloc(16_385).toString('base64') },
      /16385 bytes: "User data is limited to 16384 bytes"/,
    ],
    [{ MetadataOptions: { ...sound.MetadataOptions, HttpTokens: 'optional' } }, /takes IMDSv1/],
    [{ MetadataOptions: { ...sound.MetadataOptions, HttpPutResponseHopLimit: 2 } }, /a hop limit other/],
    [{ MetadataOptions: { ...sound.MetadataOptions, InstanceMetadataTags: 'disabled' } }, /hides the tags/],
    [{ BlockDeviceMappings: [{ Ebs: {} }] }, /a volume that is not encrypted/],
    [{ KeyName: 'mine' }, /names an SSH key/],
    [{ IamInstanceProfile: undefined }, /no instance profile/],
  ] satisfies [Partial<Record<keyof ResponseLaunchTemplateData, unknown>>, RegExp][]) {
    test(`refused: ${words.source}`, () => {
      const data = { ...sound, ...broken } as ResponseLaunchTemplateData;
      const [first = '', ...others] = launchTemplateFaults(data);
      assert.match(first, words);
      assert.match(first, /^(The launch template version|Its?) .*\.$/);
      assert.deepEqual(others, []);
    });
  }

  test('a hop limit that EC2 itself refuses is refused in its words', () => {
    const MetadataOptions = { ...sound.MetadataOptions, HttpPutResponseHopLimit: 65 };
    assert.match(
      launchTemplateFaults({ ...sound, MetadataOptions }).join(' '),
      /HttpPutResponseHopLimit is 65: "Possible values: Integers from 1 to 64"/,
    );
  });
});
