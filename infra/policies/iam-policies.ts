import {
  asList,
  at,
  isObject,
  type NamedResource,
  type Properties,
  resourcesOf,
  type Template,
} from './template.ts';

export interface Statement {
  /** The resource of the template that the statement is part of. */
  of: NamedResource;
  sid: string;
  effect: string;
  actions: string[];
  /** Each ARN as text: what a function fills in stands in braces. */
  resources: string[];
  statement: Properties;
}

/** Where each type of resource keeps its policy documents. */
const documentsOf: Record<string, (properties: Properties) => unknown[]> = {
  'AWS::IAM::Role': (role) => [
    role.AssumeRolePolicyDocument,
    ...asList(role.Policies).map((policy) => at(policy, 'PolicyDocument')),
  ],
  'AWS::KMS::Key': (key) => [key.KeyPolicy],
  'AWS::S3::BucketPolicy': (policy) => [policy.PolicyDocument],
  'AWS::SNS::TopicPolicy': (policy) => [policy.PolicyDocument],
  'AWS::EC2::VPCEndpoint': (endpoint) => [endpoint.PolicyDocument],
};

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const sub = at(value as Properties, 'Fn::Sub');
  return typeof sub === 'string' ? sub : JSON.stringify(value);
}

/** Both branches of a statement that a condition chooses. */
function flatten(statement: unknown): Properties[] {
  const branches = at(statement as Properties, 'Fn::If');
  if (Array.isArray(branches)) return branches.slice(1).flatMap(flatten);
  return isObject(statement as Properties) && 'Effect' in (statement as Properties)
    ? [statement as Properties]
    : [];
}

/** Every statement of every policy in the template. */
export function statementsOf(template: Template): Statement[] {
  return resourcesOf(template).flatMap((of) =>
    (documentsOf[of.type]?.(of.properties) ?? [])
      .flatMap((document) => asList(at(document as Properties, 'Statement')))
      .flatMap(flatten)
      .map((statement) => ({
        of,
        sid: String(statement.Sid ?? ''),
        effect: String(statement.Effect),
        actions: asList(statement.Action).map(String),
        resources: asList(statement.Resource).map(textOf),
        statement,
      })),
  );
}

const isAllowed = ({ effect }: Statement) => effect === 'Allow';
const named = ({ of, sid }: Statement) => `${of.name}, statement ${sid || 'without a Sid'}`;

/**
 * What is allowed is named, action by action. (What is denied may be everything.) `NotResource` is for what has no
 * ARN, with a written reason: a telephone number is whatever is no topic.
 */
export function noWildcardActions(template: Template): string[] {
  return statementsOf(template)
    .filter(isAllowed)
    .flatMap((statement) => [
      ...statement.actions
        .filter((action) => action.includes('*'))
        .map((action) => `${named(statement)}: allows the wildcard action ${action}`),
      ...['NotAction', 'NotResource', 'NotPrincipal']
        .filter((key) => key in statement.statement)
        .filter((key) => key !== 'NotResource' || !hasReason(statement))
        .map((key) => `${named(statement)}: ${key} allows everything but a list`),
    ]);
}

const hasReason = ({ of, sid }: Statement) => Boolean(at(reasonsOf(of), sid));

const reasonsOf = ({ resource }: NamedResource) => at(resource.Metadata, 'Reasons');

/** An asterisk in an allowed resource, or as principal, has its reason in the metadata, under the statement's Sid. */
export function wildcardResourcesHaveReasons(template: Template): string[] {
  return statementsOf(template)
    .filter(isAllowed)
    .filter(({ resources, statement }) =>
      [...resources, textOf(statement.Principal ?? '')].join().includes('*'),
    )
    .filter(({ of, sid }) => typeof at(reasonsOf(of), sid) !== 'string' || at(reasonsOf(of), sid) === '')
    .map((statement) => `${named(statement)}: a wildcard without a written reason`);
}

/** No reason outlives its wildcard. */
export function reasonsAreNeeded(template: Template): string[] {
  const wild = new Set(
    statementsOf(template)
      .filter(({ resources, statement }) => resources.join().includes('*') || 'NotResource' in statement)
      .map(({ of, sid }) => `${of.name}.${sid}`),
  );
  return resourcesOf(template).flatMap((of) => {
    const reasons = reasonsOf(of);
    return (isObject(reasons) ? Object.keys(reasons) : [])
      .filter((sid) => !wild.has(`${of.name}.${sid}`))
      .map((sid) => `${of.name}: a reason for ${sid}, which has no wildcard`);
  });
}

/** A principal that may be anybody is held by a condition. */
export function openPrincipalsAreConditional(template: Template): string[] {
  return statementsOf(template)
    .filter(isAllowed)
    .filter(({ statement }) => /"\*"|^\*$/.test(textOf(statement.Principal ?? '')))
    .filter(({ statement }) => !isObject(statement.Condition))
    .map((statement) => `${named(statement)}: anybody, without a condition`);
}
