import { at, type Resource, type Template } from './template.ts';

/** What names are made of, such as `Fleet` or `AWS::Region`, with its value. */
export type KnownValues = Record<string, string>;

/** The property that names what outlives its stack, by type. */
export const nameProperties: Record<string, string> = {
  'AWS::S3::Bucket': 'BucketName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Logs::LogGroup': 'LogGroupName',
};

/**
 * A template as it is sent: compact JSON. The names of what outlives its stack are written out as far as they are
 * made of `known`, because CloudFormation takes over what is there already only if its name stands in the template
 * as it is, without a function. Source: "Import AWS resources into a CloudFormation stack automatically" in its guide.
 */
export function templateBody(template: Template, known: KnownValues = {}): string {
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).map(([name, resource]) => [name, withPlainName(resource, known)]),
  );
  return JSON.stringify({ ...template, Resources });
}

function withPlainName(resource: Resource, known: KnownValues): Resource {
  const property = nameProperties[resource.Type];
  if (property === undefined || !resource.DeletionPolicy?.startsWith('Retain')) return resource;
  const pattern = at(resource.Properties, property, 'Fn::Sub');
  if (typeof pattern !== 'string') return resource;
  const name = pattern.replaceAll(/\$\{([\w:]+)\}/g, (variable, key: string) => known[key] ?? variable);
  if (name.includes('${')) return resource;
  return { ...resource, Properties: { ...resource.Properties, [property]: name } };
}
