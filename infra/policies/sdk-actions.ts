/** IAM's name of a service, by the SDK's. */
const prefixes: Record<string, string> = {
  'auto-scaling': 'autoscaling',
  cloudformation: 'cloudformation',
  cloudwatch: 'cloudwatch',
  'cloudwatch-logs': 'logs',
  dynamodb: 'dynamodb',
  ec2: 'ec2',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  iam: 'iam',
  kms: 'kms',
  polly: 'polly',
  s3: 's3',
  sesv2: 'ses',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
  sts: 'sts',
};

/** Calls whose permission has another name. Source: "Actions defined by Amazon S3" in the Service Authorization Reference. */
const otherNames: Record<string, string> = {
  's3:CompleteMultipartUpload': 's3:PutObject',
  's3:CreateMultipartUpload': 's3:PutObject',
  's3:HeadBucket': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:ListMultipartUploads': 's3:ListBucketMultipartUploads',
  's3:ListObjectVersions': 's3:ListBucketVersions',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:UploadPart': 's3:PutObject',
};

/** The document client's short names. */
const ofDocuments: Record<string, string> = {
  BatchGet: 'BatchGetItem',
  BatchWrite: 'BatchWriteItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Query: 'Query',
  Scan: 'Scan',
  TransactWrite: 'TransactWriteItems',
  Update: 'UpdateItem',
};

const imports = /import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'@aws-sdk\/(client|lib)-([\w-]+)'/g;

function actionOf(kind: string, service: string, operation: string): string {
  if (kind === 'lib') return `dynamodb:${ofDocuments[operation] ?? operation}`;
  const action = `${prefixes[service] ?? service}:${operation}`;
  return otherNames[action] ?? action;
}

/**
 * What a role must be allowed for this source text to work: the IAM action of every SDK command that it makes, or
 * pages through. A command that is imported but never made does not count.
 */
export function actionsOfSource(text: string): string[] {
  const actions = new Set<string>();
  for (const [, names = '', kind = '', service = ''] of text.matchAll(imports)) {
    for (const name of names.split(',').map((part) => part.trim().replace(/\s+as\s.*/, ''))) {
      const operation = /^(?:paginate)?([A-Z]\w*?)(?:Command)?$/.exec(name)?.[1];
      const isMade = name.endsWith('Command') ? text.includes(`new ${name}(`) : text.includes(`${name}(`);
      if (operation && isMade && /Command$|^paginate/.test(name)) {
        actions.add(actionOf(kind, service, operation));
      }
    }
  }
  // This library calls UpdateItem and nothing else for what `consume` needs, if it is told that the table exists.
  if (text.includes('new RateLimiterDynamo(')) actions.add('dynamodb:UpdateItem');
  return [...actions].sort();
}

const services = Object.values(prefixes).join('|');

/** A shell function that hands its first argument on as the command: `name() { aws service "$@" …`. */
const wrapper = new RegExp(`^(\\w+)\\(\\) \\{\\s+aws (${services}) "\\$[@1]"`, 'gm');

/** What a role must be allowed for the calls of the AWS CLI in a shell script, also through a function for them. */
export function actionsOfScript(text: string): string[] {
  const plain = text.replaceAll(/^\s*#.*$/gm, '');
  const callers = [
    ...services.split('|').map((service) => ({ words: `aws ${service}`, service })),
    ...Array.from(plain.matchAll(wrapper), ([, words = '', service = '']) => ({ words, service })),
  ];
  const actions = callers.flatMap(({ words, service }) =>
    Array.from(plain.matchAll(new RegExp(`\\b${words} ([a-z]+(?:-[a-z]+)+)`, 'g')), ([, command = '']) => {
      const operation = command.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
      return `${service}:${operation}`;
    }),
  );
  return [...new Set(actions)].sort();
}
