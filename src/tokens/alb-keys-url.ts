const signerPattern =
  /^arn:(aws|aws-us-gov|aws-cn):elasticloadbalancing:([a-z0-9-]+):\d{12}:loadbalancer\/app\/[\w-]+\/[\w-]+$/;

/**
 * Where the keys of a load balancer's region are, by its ARN; undefined if it is not the ARN of an Application Load
 * Balancer. Source: "Authenticate users using an Application Load Balancer", "User claims encoding and signature
 * verification", with the addresses of GovCloud. Those of China have the domain of that partition.
 */
export function albKeysUrl(signer: string): string | undefined {
  const [, partition, region] = signerPattern.exec(signer) ?? [];
  if (partition === 'aws-us-gov') {
    return `https://s3-${region}.amazonaws.com/aws-elb-public-keys-prod-${region}`;
  }
  const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return partition && `https://public-keys.auth.elb.${region}.${domain}`;
}
