import type { ApiModel, Shape, ShapeReference } from './api-model.ts';
import type { Members } from './aws-call.ts';

interface Decoded {
  params: Members;
  /** Fields that the model does not know, and values that are not of their type. */
  malformed: string[];
}

/**
 * Reads the form of an AWS query request (`Actions.member.1.Type=forward`) by the API model. EC2's dialect has
 * no `member`, and names of its own.
 * Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html and …/aws-ec2-query-protocol.html
 */
export function decodeForm(
  model: ApiModel,
  input: ShapeReference | undefined,
  form: URLSearchParams,
  dialect: 'query' | 'ec2',
): Decoded {
  const fields = new Map([...form].filter(([name]) => name !== 'Action' && name !== 'Version'));
  const malformed: string[] = [];
  const used = new Set<string>();
  const prefixes = new Set<string>();
  for (const name of fields.keys()) {
    for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1))
      prefixes.add(name.slice(0, end));
  }
  const shapeOf = (reference: ShapeReference) => model.shapes[reference.shape] as Shape;

  const decode = (reference: ShapeReference, at: string): unknown => {
    const shape = shapeOf(reference);
    if (shape.type === 'structure') return decodeStructure(shape, at);
    if (shape.type === 'list') return decodeList(reference, shape, at);
    if (shape.type === 'map') return decodeMap(reference, shape, at);
    used.add(at);
    return decodeScalar(shape.type, fields.get(at) ?? '', at, malformed);
  };

  const decodeStructure = (shape: Shape, at: string): Members => {
    const found: Members = {};
    for (const [name, member] of Object.entries(shape.members ?? {})) {
      const field = join(at, wireName(name, member, shapeOf(member), dialect));
      if (prefixes.has(field)) found[name] = decode(member, field);
    }
    return found;
  };

  const decodeList = (reference: ShapeReference, shape: Shape, at: string): unknown[] => {
    const member = shape.member as ShapeReference;
    const flat = dialect === 'ec2' || (reference.flattened ?? shape.flattened);
    // An empty list is sent as the bare name.
    if (fields.get(at) === '') used.add(at);
    const found: unknown[] = [];
    for (let number = 1; ; number++) {
      const field = join(at, flat ? `${number}` : `${member.locationName ?? 'member'}.${number}`);
      if (!prefixes.has(field)) return found;
      found.push(decode(member, field));
    }
  };

  const decodeMap = (reference: ShapeReference, shape: Shape, at: string): Members => {
    const found: Members = {};
    for (let number = 1; ; number++) {
      const entry = join(at, (reference.flattened ?? shape.flattened) ? `${number}` : `entry.${number}`);
      if (!prefixes.has(entry)) return found;
      const key = shape.key as ShapeReference;
      const value = shape.value as ShapeReference;
      const name = decode(key, join(entry, key.locationName ?? 'key'));
      found[String(name)] = decode(value, join(entry, value.locationName ?? 'value'));
    }
  };

  const params = input ? decodeStructure(shapeOf(input), '') : {};
  for (const name of fields.keys())
    if (!used.has(name)) malformed.push(`The parameter ${name} is not recognized`);
  return { params, malformed };
}

const join = (at: string, name: string) => (at ? `${at}.${name}` : name);

function wireName(name: string, reference: ShapeReference, shape: Shape, dialect: 'query' | 'ec2'): string {
  if (dialect === 'ec2') {
    if (reference.queryName) return reference.queryName;
    const own = reference.locationName;
    return own ? `${own.charAt(0).toUpperCase()}${own.slice(1)}` : name;
  }
  const flat = shape.type === 'list' && (reference.flattened ?? shape.flattened);
  return (flat ? shape.member?.locationName : undefined) ?? reference.locationName ?? name;
}

function decodeScalar(type: string, value: string, at: string, malformed: string[]): unknown {
  const wrong = (expected: string) => {
    malformed.push(`Value '${value}' at '${at}' is not ${expected}`);
    return value;
  };
  if (type === 'boolean') return /^(true|false)$/.test(value) ? value === 'true' : wrong('a boolean');
  if (type === 'integer' || type === 'long') {
    return /^-?\d+$/.test(value) ? Number(value) : wrong('an integer');
  }
  if (type === 'float' || type === 'double') {
    return value.trim() && !Number.isNaN(Number(value)) ? Number(value) : wrong('a number');
  }
  if (type === 'timestamp') {
    const time = new Date(value);
    return Number.isNaN(time.getTime()) ? wrong('a timestamp') : time;
  }
  return value;
}
