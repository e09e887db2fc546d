/** What is true of one instance, as far as its metadata tells. */
export interface InstanceFacts {
  instanceId: string;
  region: string;
  /** Empty, or like `inlet-prod-instance`: the role whose credentials the instance gets. */
  role: string;
  /** Readable by the instance when the launch template turns instance metadata tags on. */
  tags: Record<string, string>;
  userData?: string;
  /** `InService`, `Terminated`, … as Auto Scaling writes it; undefined outside a group. */
  targetLifecycleState?: string;
}

/** The one network interface of the instance. The address is what QEMU hands out in `boot-image.ts`. */
export const networkInterface = {
  mac: '02:00:17:22:33:44',
  address: '172.31.0.15',
  subnet: '172.31.0.0/20',
  vpc: '172.31.0.0/16',
};

/** Keys of the credentials. The stand-ins for AWS take any. */
const accessKeyId = 'ASIAEXAMPLEEXAMPLE00';

/** How long credentials are good, in milliseconds. EC2 hands out new ones some minutes before. */
const credentialsLifeMs = 6 * 3600 * 1000;

/**
 * The metadata of an instance by its path below `/latest/`, as far as cloud-init, the AWS CLI, the SDKs and
 * Inlet's own scripts read it.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html
 */
export function instanceMetadata(facts: InstanceFacts, now: () => number): Map<string, () => string> {
  const { instanceId, region, role, tags, userData, targetLifecycleState } = facts;
  const zone = `${region}a`;
  const { mac, address, subnet, vpc } = networkInterface;
  const hostname = `ip-${address.replaceAll('.', '-')}.${region}.compute.internal`;
  const account = '123456789012';
  const image = 'ami-0123456789abcdef0';
  const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

  const metadata: Record<string, string> = {
    'ami-id': image,
    'ami-launch-index': '0',
    hostname,
    'instance-id': instanceId,
    'instance-life-cycle': 'on-demand',
    'instance-type': 't3.small',
    'local-hostname': hostname,
    'local-ipv4': address,
    mac,
    'placement/availability-zone': zone,
    'placement/region': region,
    'reservation-id': 'r-0123456789abcdef0',
    'security-groups': 'inlet-prod-instances',
    'services/domain': 'amazonaws.com',
    'services/partition': 'aws',
    ...under(`network/interfaces/macs/${mac}`, {
      'device-number': '0',
      'interface-id': 'eni-0123456789abcdef0',
      'local-hostname': hostname,
      'local-ipv4s': address,
      mac,
      'owner-id': account,
      'security-group-ids': 'sg-0123456789abcdef0',
      'subnet-id': 'subnet-0123456789abcdef0',
      'subnet-ipv4-cidr-block': subnet,
      // Without it cloud-init takes the instance for one of EC2-Classic, and sets up the network twice.
      'vpc-id': 'vpc-0123456789abcdef0',
      'vpc-ipv4-cidr-block': vpc,
      'vpc-ipv4-cidr-blocks': vpc,
    }),
    ...under('tags/instance', tags),
    ...(targetLifecycleState && { 'autoscaling/target-lifecycle-state': targetLifecycleState }),
  };
  const identity = JSON.stringify({
    accountId: account,
    architecture: 'x86_64',
    availabilityZone: zone,
    imageId: image,
    instanceId,
    instanceType: 't3.small',
    pendingTime: iso(now()),
    privateIp: address,
    region,
    version: '2017-09-30',
  });

  const tree = new Map<string, () => string>([['dynamic/instance-identity/document', () => identity]]);
  for (const [path, value] of Object.entries(metadata)) tree.set(`meta-data/${path}`, () => value);
  if (role) {
    tree.set(`meta-data/iam/security-credentials/${role}`, () =>
      JSON.stringify({
        Code: 'Success',
        LastUpdated: iso(now()),
        Type: 'AWS-HMAC',
        AccessKeyId: accessKeyId,
        SecretAccessKey: 'good-for-stand-ins-only',
        Token: 'good-for-stand-ins-only',
        Expiration: iso(now() + credentialsLifeMs),
      }),
    );
  }
  if (userData !== undefined) tree.set('user-data', () => userData);
  return tree;
}

function under(path: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${path}/${name}`, value]));
}
