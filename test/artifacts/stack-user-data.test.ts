import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { at, isObject, type Value } from '../../infra/policies/template.ts';
import { embedUserData } from '../../scripts/embed-user-data.ts';
import { readTemplate, templateFile } from '../support/read-template.ts';

const root = path.join(import.meta.dirname, '../..');
const script = readFileSync(path.join(root, 'userdata/user-data.sh'), 'utf8');
const launchTemplateData = () => readTemplate().Resources.LaunchTemplate?.Properties?.LaunchTemplateData;

test('the stack gives instances the user data byte for byte: run "npm run generate" after a change', () => {
  assert.deepEqual(at(launchTemplateData(), 'UserData'), { 'Fn::Base64': script });
  const text = readFileSync(templateFile, 'utf8');
  assert.equal(embedUserData(text, script), text);
});

test('embedding replaces what was embedded before, and refuses what YAML would change', () => {
  const template = 'a:\n  # begin userdata/user-data.sh\n  old\n  # end userdata/user-data.sh\nb: 1\n';
  const once = embedUserData(template, '#!/bin/sh\n\necho "$x" # !Sub\n');
  assert.equal(
    once,
    'a:\n  # begin userdata/user-data.sh\n  Fn::Base64: |\n    #!/bin/sh\n\n    echo "$x" # !Sub\n  # end userdata/user-data.sh\nb: 1\n',
  );
  assert.equal(embedUserData(once, '#!/bin/sh\n\necho "$x" # !Sub\n'), once);
  assert.throws(() => embedUserData(template, 'x'), /one line break/);
  assert.throws(() => embedUserData(template, 'x\n\n'), /one line break/);
  assert.throws(() => embedUserData(template, 'a\tb\n'), /tabs/);
  assert.throws(() => embedUserData('a: 1\n', 'x\n'), /lacks "# begin/);
});

const byHandFile = path.join(root, 'userdata/launch-template.json');

/** Where both have a plain value they must have the same one. Says where they differ. */
function differences(stack: Value | undefined, byHand: Value | undefined, where: string): string[] {
  if (stack === undefined || byHand === undefined) return [];
  if (Array.isArray(stack) && Array.isArray(byHand)) {
    return stack.flatMap((value, index) => differences(value, byHand[index], `${where}[${index}]`));
  }
  if (isObject(stack) && isObject(byHand)) {
    if (Object.keys(stack).some((key) => /^(Ref|Fn::)/.test(key))) return [];
    return Object.keys(stack).flatMap((key) =>
      differences(at(stack, key), at(byHand, key), `${where}.${key}`),
    );
  }
  return typeof stack === typeof byHand && stack !== byHand ? [`${where}: ${stack} and ${byHand}`] : [];
}

test('the launch template for use by hand says the same as the stack', {
  skip: !existsSync(byHandFile),
}, () => {
  const byHand = JSON.parse(readFileSync(byHandFile, 'utf8')).LaunchTemplateData;
  const ours = launchTemplateData();
  const compared = [
    'MetadataOptions',
    'BlockDeviceMappings',
    'Monitoring',
    'InstanceInitiatedShutdownBehavior',
  ];
  for (const key of compared) assert.deepEqual(differences(at(ours, key), byHand[key], key), []);
  assert.equal(byHand.LaunchTemplateName ?? 'inlet-prod', 'inlet-prod');
  assert.equal(Buffer.from(byHand.UserData, 'base64').toString(), script);
  const broken = { ...byHand.MetadataOptions, HttpTokens: 'optional' };
  assert.deepEqual(differences(at(ours, 'MetadataOptions'), broken, 'm'), [
    'm.HttpTokens: required and optional',
  ]);
});
