import {
  type ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';

/** A protected load balancer makes CloudFormation fail half-way through the deletion of its stack. */
export async function unprotectLoadBalancer(
  elb: ElasticLoadBalancingV2Client,
  loadBalancerArn: string | undefined,
): Promise<void> {
  if (loadBalancerArn === undefined) return;
  await elb.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: loadBalancerArn,
      Attributes: [{ Key: 'deletion_protection.enabled', Value: 'false' }],
    }),
  );
}
