import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  parseDocument,
} from 'yaml';
import type { Members } from './aws-call.ts';

/** A template, YAML or JSON, with CloudFormation's short forms written out: `!Sub x` is `{'Fn::Sub': 'x'}`. */
export function parseTemplate(body: string): Members {
  // CloudFormation's tags are unknown to YAML, which is a warning.
  const document = parseDocument(body, { logLevel: 'error' });
  const [error] = document.errors;
  if (error) throw error;
  return (document.contents ? toPlain(document.contents, document) : {}) as Members;
}

function toPlain(node: Node, document: Document.Parsed): unknown {
  if (isAlias(node)) return toPlain(node.resolve(document) as Node, document);
  const plain = withoutTag(node, document);
  const name = /^!(\w.*)$/.exec(node.tag ?? '')?.[1];
  if (!name) return plain;
  if (name === 'Ref' || name === 'Condition') return { [name]: plain };
  if (name !== 'GetAtt' || typeof plain !== 'string') return { [`Fn::${name}`]: plain };
  const [resource, ...attribute] = plain.split('.');
  return { 'Fn::GetAtt': [resource, attribute.join('.')] };
}

function withoutTag(node: Node, document: Document.Parsed): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq<ParsedNode>(node)) return node.items.map((item) => toPlain(item, document));
  if (!isMap<ParsedNode, ParsedNode | null>(node)) return undefined;
  return Object.fromEntries(
    node.items.map(({ key, value }) => [
      String(toPlain(key, document)),
      value ? toPlain(value, document) : null,
    ]),
  );
}
