import { statementsOf } from './iam-policies.ts';
import { asList, at, type Properties, resourcesOf, type Template } from './template.ts';
import { nameProperties } from './template-body.ts';

const kept = Object.keys(nameProperties);

const isKept = (policy: string | undefined) => policy === 'Retain' || policy === 'RetainExceptOnCreate';

/** What holds data outlives the stack, and has a name by which the next stack can take it over again. */
export function dataIsRetained(template: Template): string[] {
  return resourcesOf(template, ...kept).flatMap(({ name, resource, properties }) => [
    ...(isKept(resource.DeletionPolicy) ? [] : [`${name}: goes with the stack`]),
    ...(resource.UpdateReplacePolicy === 'Retain' ? [] : [`${name}: goes when it is replaced`]),
    ...(properties[nameProperties[resource.Type] ?? ''] ? [] : [`${name}: has no name`]),
  ]);
}

/** The buckets that load balancers log into: they write a test file as soon as they are told to. */
function logBuckets(template: Template): Set<string> {
  const balancers = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
  const attributes = balancers.flatMap(({ properties }) => asList(properties.LoadBalancerAttributes));
  const buckets = attributes.filter((attribute) => at(attribute, 'Key') === 'access_logs.s3.bucket');
  return new Set(buckets.map((attribute) => String(at(attribute, 'Value', 'Ref'))));
}

/**
 * A creation that fails leaves nothing behind, and its rollback does not fail on what cannot be deleted: a table
 * that is protected, a bucket with something in it.
 */
export function rollbacksSucceed(template: Template): string[] {
  const filled = logBuckets(template);
  return resourcesOf(template, ...kept).flatMap(({ name, resource, properties }) => {
    const cannotBeDeleted = properties.DeletionProtectionEnabled === true || filled.has(name);
    const goes = resource.DeletionPolicy === 'RetainExceptOnCreate';
    if (cannotBeDeleted && goes) return [`${name}: the rollback of a creation could not delete it`];
    return !cannotBeDeleted && !goes ? [`${name}: a creation that fails leaves it behind`] : [];
  });
}

/** Everything at rest is encrypted. CloudWatch Logs does so by itself, always. */
export function everythingIsEncrypted(template: Template): string[] {
  const complaints: string[] = [];
  for (const { name, properties } of resourcesOf(template, 'AWS::S3::Bucket')) {
    const rules = asList(at(properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration'));
    if (!rules.some((rule) => at(rule, 'ServerSideEncryptionByDefault', 'SSEAlgorithm'))) {
      complaints.push(`${name}: is not encrypted`);
    }
  }
  for (const { name, properties } of resourcesOf(template, 'AWS::DynamoDB::Table')) {
    if (at(properties, 'SSESpecification', 'SSEEnabled') !== true)
      complaints.push(`${name}: is not encrypted`);
  }
  for (const { name, properties } of resourcesOf(template, 'AWS::SNS::Topic')) {
    const key = properties.KmsMasterKeyId;
    // CloudWatch and Auto Scaling may not use the key that AWS keeps for SNS.
    if (key === undefined || key === 'alias/aws/sns') complaints.push(`${name}: has no key of the stack`);
  }
  return [...complaints, ...volumesAreEncrypted(template)];
}

/** The volumes of the instances. One that the launch template does not name is as the image has it. */
export function volumesAreEncrypted(template: Template): string[] {
  return resourcesOf(template, 'AWS::EC2::LaunchTemplate')
    .filter(({ properties }) => {
      const volumes = asList(at(properties, 'LaunchTemplateData', 'BlockDeviceMappings'));
      return volumes.length === 0 || volumes.some((volume) => at(volume, 'Ebs', 'Encrypted') !== true);
    })
    .map(({ name }) => `${name}: has a volume that is not encrypted`);
}

const blocks = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

function refusesPlainHttp(statement: Properties): boolean {
  return at(statement, 'Condition', 'Bool', 'aws:SecureTransport') === 'false' && statement.Principal === '*';
}

/** Buckets are private, take TLS only, and do not collect what uploads left behind. */
export function bucketsAreClosed(template: Template): string[] {
  const tlsOnly = new Set(
    statementsOf(template)
      .filter(({ effect, statement }) => effect === 'Deny' && refusesPlainHttp(statement))
      .map(({ of }) => String(at(of.properties.Bucket, 'Ref'))),
  );
  return resourcesOf(template, 'AWS::S3::Bucket').flatMap(({ name, properties }) => {
    const isPrivate = blocks.every(
      (block) => at(properties, 'PublicAccessBlockConfiguration', block) === true,
    );
    const owners = asList(at(properties, 'OwnershipControls', 'Rules'));
    const rules = asList(at(properties, 'LifecycleConfiguration', 'Rules'));
    return [
      ...(isPrivate ? [] : [`${name}: may become public`]),
      ...(owners.some((rule) => at(rule, 'ObjectOwnership') === 'BucketOwnerEnforced')
        ? []
        : [`${name}: takes ACLs`]),
      ...(rules.some((rule) => at(rule, 'AbortIncompleteMultipartUpload'))
        ? []
        : [`${name}: keeps open uploads`]),
      ...(tlsOnly.has(name) ? [] : [`${name}: answers without TLS`]),
    ];
  });
}

/** Tables cost by use, expire what is old, can go back in time, and are not deleted by accident. */
export function tablesAreSafe(template: Template): string[] {
  return resourcesOf(template, 'AWS::DynamoDB::Table').flatMap(({ name, properties }) => {
    const restorable = at(properties, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled');
    return [
      ...(properties.BillingMode === 'PAY_PER_REQUEST' ? [] : [`${name}: has a fixed capacity`]),
      ...(at(properties, 'TimeToLiveSpecification', 'Enabled') === true
        ? []
        : [`${name}: never expires anything`]),
      ...(restorable === true ? [] : [`${name}: cannot go back in time`]),
      ...(properties.DeletionProtectionEnabled === true ? [] : [`${name}: can be deleted`]),
    ];
  });
}
