import { statementsOf } from './iam-policies.ts';
import { asList, at, type Properties, resourcesOf, type Template } from './template.ts';

const kept = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::Logs::LogGroup'];

/** What holds data outlives the stack, and has a name by which the next stack can take it over again. */
export function dataIsRetained(template: Template): string[] {
  return resourcesOf(template, ...kept).flatMap(({ name, resource, properties }) => [
    ...(resource.DeletionPolicy === 'Retain' ? [] : [`${name}: goes with the stack`]),
    ...(resource.UpdateReplacePolicy === 'Retain' ? [] : [`${name}: goes when it is replaced`]),
    ...((properties.BucketName ?? properties.TableName ?? properties.LogGroupName)
      ? []
      : [`${name}: has no name`]),
  ]);
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
  for (const { name, properties } of resourcesOf(template, 'AWS::EC2::LaunchTemplate')) {
    const volumes = asList(at(properties, 'LaunchTemplateData', 'BlockDeviceMappings'));
    if (volumes.length === 0 || volumes.some((volume) => at(volume, 'Ebs', 'Encrypted') !== true)) {
      complaints.push(`${name}: has a volume that is not encrypted`);
    }
  }
  return complaints;
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
