import type { Members } from './aws-call.ts';
import type { StackState } from './stack-state.ts';
import type { World } from './world.ts';

const attribute = 'deletion_protection.enabled';

/** The load balancers of a stack, by their names in its template. */
async function balancersOf({ moto }: World, { id }: StackState): Promise<Map<string, string>> {
  const { StackResources = [] } = await moto.cloudFormation.describeStackResources({ StackName: id });
  return new Map(
    StackResources.filter(
      ({ ResourceType }) => ResourceType === 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    ).map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [LogicalResourceId, PhysicalResourceId]),
  );
}

/** Protects load balancers as the template says: moto's CloudFormation leaves `LoadBalancerAttributes` out. */
export async function protectBalancers(world: World, stack: StackState): Promise<void> {
  for (const [name, LoadBalancerArn] of await balancersOf(world, stack)) {
    const listed: Members[] =
      stack.template.parsed.Resources?.[name]?.Properties?.LoadBalancerAttributes ?? [];
    const given = listed.find(({ Key }) => Key === attribute)?.Value;
    const Value = String(stack.template.values[given?.Ref] ?? given ?? 'false');
    await world.moto.loadBalancing.modifyLoadBalancerAttributes({
      LoadBalancerArn,
      Attributes: [{ Key: attribute, Value }],
    });
  }
}

/** What CloudFormation says when it cannot delete a stack because of a protected load balancer. */
export async function protectionFault(world: World, stack: StackState): Promise<string | undefined> {
  for (const LoadBalancerArn of (await balancersOf(world, stack)).values()) {
    const { Attributes = [] } = await world.moto.loadBalancing.describeLoadBalancerAttributes({
      LoadBalancerArn,
    });
    if (Attributes.some(({ Key, Value }) => Key === attribute && Value === 'true')) {
      return `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`;
    }
  }
  return undefined;
}
