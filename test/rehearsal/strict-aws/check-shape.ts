import type { ApiModel, Shape, ShapeReference } from './api-model.ts';

/**
 * Everything in `value` that breaks the API model: missing and unknown members, types, lengths, ranges, enums
 * and patterns, in the words of AWS's own validation ("Value '1000' at 'weight' failed to satisfy constraint:
 * Member must have value less than or equal to 999").
 */
export function checkShape(model: ApiModel, reference: ShapeReference | undefined, value: unknown): string[] {
  const faults: string[] = [];
  if (reference) check(model, reference, value, '', faults);
  return faults;
}

function check(
  model: ApiModel,
  { shape: name }: ShapeReference,
  value: unknown,
  at: string,
  faults: string[],
) {
  const shape = model.shapes[name] as Shape;
  const fail = (constraint: string) =>
    faults.push(`Value '${shown(value)}' at '${at}' failed to satisfy constraint: Member must ${constraint}`);
  if (!isOfType(shape.type, value)) {
    fail(`be of type ${shape.type}`);
  } else if (shape.type === 'structure') {
    checkStructure(model, shape, value as Record<string, unknown>, at, faults);
  } else if (Array.isArray(value)) {
    checkSize(shape, value.length, 'length', fail);
    for (const [index, item] of value.entries()) {
      check(model, shape.member as ShapeReference, item, `${at}.${index + 1}.member`, faults);
    }
  } else if (shape.type === 'map') {
    const entries = Object.entries(value as object);
    checkSize(shape, entries.length, 'length', fail);
    for (const [key, item] of entries) {
      check(model, shape.key as ShapeReference, key, `${at}.key`, faults);
      check(model, shape.value as ShapeReference, item, `${at}.${key}`, faults);
    }
  } else if (typeof value === 'string') {
    // Length is in code points, as for Java's and Smithy's strings; that of a blob in bytes.
    checkSize(
      shape,
      shape.type === 'blob' ? Buffer.from(value, 'base64').length : [...value].length,
      'length',
      fail,
    );
    if (shape.enum && !shape.enum.includes(value)) fail(`satisfy enum value set: [${shape.enum.join(', ')}]`);
    const pattern = shape.pattern === undefined ? undefined : readPattern(shape.pattern);
    if (pattern && !pattern.test(value)) fail(`satisfy regular expression pattern: ${shape.pattern}`);
  } else if (typeof value === 'number') {
    checkSize(shape, value, 'value', fail);
  }
}

function checkStructure(
  model: ApiModel,
  shape: Shape,
  value: Record<string, unknown>,
  at: string,
  faults: string[],
) {
  const path = (name: string) => `${at ? `${at}.` : ''}${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  for (const name of shape.required ?? []) {
    if (value[name] === undefined || value[name] === null) {
      faults.push(`Value null at '${path(name)}' failed to satisfy constraint: Member must not be null`);
    }
  }
  for (const [name, item] of Object.entries(value)) {
    const member = shape.members?.[name];
    if (!member) faults.push(`The parameter ${at ? `${at}.` : ''}${name} is not recognized`);
    else if (item !== undefined && item !== null) check(model, member, item, path(name), faults);
  }
}

function checkSize(shape: Shape, size: number, what: string, fail: (constraint: string) => void) {
  if (shape.min !== undefined && size < shape.min) fail(`have ${what} greater than or equal to ${shape.min}`);
  if (shape.max !== undefined && size > shape.max) fail(`have ${what} less than or equal to ${shape.max}`);
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'structure' || type === 'map') return typeof value === 'object' && !Array.isArray(value);
  if (type === 'list') return Array.isArray(value);
  if (type === 'string' || type === 'blob') return typeof value === 'string';
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'integer' || type === 'long') return Number.isSafeInteger(value);
  if (type === 'float' || type === 'double') return typeof value === 'number';
  if (type === 'timestamp') return value instanceof Date || typeof value === 'number';
  return true;
}

/**
 * The models write patterns for Java, which matches the whole string. Those that JavaScript can't read are left
 * out: possessive quantifiers, `\p{ASCII}` and the like.
 */
function readPattern(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
