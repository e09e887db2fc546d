import { type CollectionTag, parse, type ScalarTag, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Template } from './template.ts';

const functions = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
];

const longName = (name: string) => (['Ref', 'Condition'].includes(name) ? name : `Fn::${name}`);

/** `!GetAtt Key.Arn` is short for a list of two. */
function longValue(name: string, value: string): unknown {
  if (name !== 'GetAtt') return value;
  const dot = value.indexOf('.');
  return [value.slice(0, dot), value.slice(dot + 1)];
}

/** The three shapes that a function may have in its short form, each as the tag of the YAML library. */
function tagsOf(name: string): (ScalarTag | CollectionTag)[] {
  const tag = `!${name}`;
  const wrap = (node: YAMLMap | YAMLSeq) => ({
    toJSON: (_: unknown, context: never) => ({ [longName(name)]: node.toJSON(_, context) }),
  });
  return [
    { tag, resolve: (text: string) => ({ [longName(name)]: longValue(name, text) }) },
    { tag, collection: 'seq', resolve: (node: YAMLMap.Parsed | YAMLSeq.Parsed) => wrap(node) as never },
    { tag, collection: 'map', resolve: (node: YAMLMap.Parsed | YAMLSeq.Parsed) => wrap(node) as never },
  ];
}

/**
 * A CloudFormation template with every short form (`!Ref Fleet`) in its long one (`{ "Ref": "Fleet" }`), which is
 * its JSON. Source: "Intrinsic function reference" in the CloudFormation guide. Throws on what is not YAML.
 */
export function parseTemplate(text: string): Template {
  const customTags = ['Ref', 'Condition', ...functions].flatMap(tagsOf);
  return JSON.parse(JSON.stringify(parse(text, { customTags }))) as Template;
}
