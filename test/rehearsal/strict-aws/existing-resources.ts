import { nameProperties } from '../../../infra/policies/template-body.ts';
import type { Members } from './aws-call.ts';
import type { MotoClients } from './moto-clients.ts';
import type { ResolvedTemplate } from './stack-template.ts';

/** Something that a template would make, and that is there already. */
export interface ExistingResource {
  /** Its name in the template. */
  resource: string;
  type: string;
  /** The property that names it, and the name. */
  property: string;
  name: string;
  arn: string;
  /** Whether the name stands in the template without a function. */
  isStatic: boolean;
  deletionPolicy: string | undefined;
}

/** moto's only account. */
const account = '123456789012';

/**
 * What of a template is there already: buckets, tables and log groups with names of their own. (AWS looks for all
 * types; these are what a fleet leaves behind.) `made` are the resources that the stack has itself.
 */
export async function findExisting(
  clients: MotoClients,
  template: ResolvedTemplate,
  made: string[],
): Promise<ExistingResource[]> {
  const resources = Object.entries<Members>(template.parsed.Resources ?? {});
  const found: ExistingResource[] = [];
  for (const [resource, { Type, Properties, DeletionPolicy }] of resources) {
    const property = nameProperties[Type];
    if (property === undefined || made.includes(resource)) continue;
    const given = Properties?.[property];
    const isStatic = typeof given === 'string';
    const name = isStatic ? given : substitute(given?.['Fn::Sub'], clients.region, template);
    const arn = name && (await arnOf(clients, Type, name));
    if (!name || !arn) continue;
    found.push({ resource, type: Type, property, name, arn, isStatic, deletionPolicy: DeletionPolicy });
  }
  return found;
}

function substitute(pattern: unknown, region: string, { values }: ResolvedTemplate): string | undefined {
  if (typeof pattern !== 'string') return undefined;
  const all: Record<string, string> = { ...values, 'AWS::Region': region, 'AWS::AccountId': account };
  return pattern.replaceAll(/\$\{([\w:]+)\}/g, (variable, key: string) => all[key] ?? variable);
}

/** The ARN of what is there; undefined if nothing is. */
async function arnOf({ s3, dynamoDb, logs }: MotoClients, type: string, name: string) {
  if (type === 'AWS::S3::Bucket') {
    const isThere = await s3.headBucket({ Bucket: name }).then(
      () => true,
      () => false,
    );
    return isThere ? `arn:aws:s3:::${name}` : undefined;
  }
  if (type === 'AWS::DynamoDB::Table') {
    const found = await dynamoDb.describeTable({ TableName: name }).catch(() => undefined);
    return found?.Table?.TableArn;
  }
  const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: name });
  return logGroups.find(({ logGroupName }) => logGroupName === name)?.arn;
}

/** Why CloudFormation does not make a change set, and what DescribeEvents says of it. */
export interface ImportRefusal {
  reason: string;
  events: Members[];
}

/**
 * What CloudFormation says to a change set with things that are there already; undefined if it takes all of them
 * over. Sources: "Import AWS resources into a CloudFormation stack automatically" and "Validate stack deployments" in
 * its guide; the words are those in https://github.com/aws-cloudformation/rain/pull/744 and
 * https://github.com/aws/aws-cdk-cli/pull/1367
 */
export function importRefusal(existing: ExistingResource[], isImporting: boolean): ImportRefusal | undefined {
  const conflicts = existing.filter(({ isStatic }) => !isImporting || !isStatic);
  if (conflicts.length > 0) {
    return {
      reason:
        'The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.',
      events: conflicts.map(({ resource, type, name }) => ({
        EventType: 'VALIDATION_ERROR',
        LogicalResourceId: resource,
        ResourceType: type,
        ValidationName: 'NAME_CONFLICT_VALIDATION',
        ValidationStatus: 'FAILED',
        ValidationFailureMode: 'FAIL',
        ValidationPath: `/Resources/${resource}`,
        ValidationStatusReason: alreadyExists({ type, name }),
      })),
    };
  }
  const unkept = existing.filter(({ deletionPolicy }) => !/^Retain/.test(deletionPolicy ?? ''));
  if (unkept.length === 0) return undefined;
  const named = unkept.map(({ resource, property, name }) => `${resource} ({${property}=${name}})`);
  return {
    reason: `CloudFormation is attempting to import some resources because they already exist in your account. The resources must have the DeletionPolicy attribute set to 'Retain' or 'RetainExceptOnCreate' in the template for successful import. The affected resources are ${named.join(', ')}`,
    events: [],
  };
}

/** Source of the words: https://github.com/aws-cloudformation/rain/pull/744 */
export function alreadyExists({ type, name }: Pick<ExistingResource, 'type' | 'name'>): string {
  return `Resource of type '${type}' with identifier '${name}' already exists.`;
}
