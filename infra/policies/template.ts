/** A value of a template, with functions in their long form: `{ "Ref": "Fleet" }`. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
export type Properties = Record<string, Value>;

export interface Resource {
  Type: string;
  Condition?: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  UpdatePolicy?: Properties;
  Metadata?: Properties;
  Properties?: Properties;
}

export interface Parameter {
  Type: string;
  Default?: string | number;
  AllowedValues?: (string | number)[];
  /** Matches the whole value. */
  AllowedPattern?: string;
  MinValue?: number;
  MaxValue?: number;
}

/** What the policies read of a CloudFormation template. */
export interface Template {
  Parameters: Record<string, Parameter>;
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: Value }>;
}

export interface NamedResource {
  name: string;
  type: string;
  resource: Resource;
  properties: Properties;
}

/** A rule of ours. Says what breaks it, one sentence each; nothing if all is well. */
export type Policy = (template: Template) => string[];

/** The resources of these types; of all types if none is named. */
export function resourcesOf({ Resources }: Template, ...types: string[]): NamedResource[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => types.length === 0 || types.includes(Type))
    .map(([name, resource]) => ({
      name,
      type: resource.Type,
      resource,
      properties: resource.Properties ?? {},
    }));
}

export function isObject(value: Value | undefined): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as a list: itself if it is one. */
export function asList(value: Value | undefined): Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** What stands at a path of members, or undefined. */
export function at(value: Value | undefined, ...path: string[]): Value | undefined {
  return path.reduce<Value | undefined>((found, key) => (isObject(found) ? found[key] : undefined), value);
}

/** The number that a value is, or that the parameter it refers to has by default. */
export function numberOf(template: Template, value: Value | undefined): number | undefined {
  const reference = at(value, 'Ref');
  const plain = typeof reference === 'string' ? template.Parameters[reference]?.Default : value;
  const number = typeof plain === 'number' || typeof plain === 'string' ? Number(plain) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}
